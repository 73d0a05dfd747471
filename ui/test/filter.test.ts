import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { filter } from '../src/state/filter.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { all, freshWindows, one, openDemo, text, until } from './steps';

freshWindows();

describe('a filter that keeps nothing', () => {
  it('says which name is not there, and takes the one that was meant', async () => {
    await openDemo();
    await filter.apply('category == "paymnet"');
    await until(() => expect(text('filter-hint')).toContain('There is no category “paymnet”. Did you mean:'));
    expect(text('filter-proposed')).toBe('payment');
    await fireEvent.click(one('filter-proposed'));
    await until(() => expect(text('filter-count')).toMatch(/^[1-9]\d* of/));
    expect(filter.text).toBe('category == "payment"');
    expect(all('filter-hint')).toHaveLength(0);
  });

  it('names what there is where nothing is like it', async () => {
    await openDemo();
    await filter.apply('category == "zebra"');
    await until(() => expect(text('filter-hint')).toContain('There are:'));
    expect(all('filter-proposed').map((b) => b.textContent)).toContain('payment');
    filter.clear();
    await until(() => expect(all('filter-hint')).toHaveLength(0));
  });

  it('says nothing more where every name in it is there', async () => {
    await openDemo();
    await filter.apply('category == "payment" && version > 10000');
    await until(() => expect(text('filter-count')).toMatch(/^0 of/));
    expect(all('filter-hint')).toHaveLength(0);
  });

  it('says so in Chinese', async () => {
    await openDemo();
    preferences.setLanguage('zh');
    await filter.apply('type == "Zebra"');
    await until(() => expect(text('filter-hint')).toContain('没有类型为“Zebra”的事件。'));
    preferences.setLanguage('en');
  });
});

describe('the filter bar', () => {
  it('ends its example with the example, and names its key before', async () => {
    await openDemo();
    expect(document.querySelector('.cm-placeholder')?.textContent).toBe(
      'Filter (/), e.g. category == "order"',
    );
  });
});
