import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { filter } from '../src/state/filter.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { all, freshWindows, one, openDemo, press, text, until } from './steps';

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

describe('Esc in the filter', () => {
  const content = (): HTMLElement => document.querySelector<HTMLElement>('.cm-content') as HTMLElement;

  it('leaves the field and keeps the filter, at once after Enter too', async () => {
    await openDemo();
    content().focus();
    filter.write('category == "order"');
    await until(() => expect(content().textContent).toBe('category == "order"'));
    // Both before the program has answered.
    await Promise.all([press('Enter'), press('Escape')]);
    expect(document.activeElement).toBe(one('event-list'));
    await until(() => expect(filter.applied?.text).toBe('category == "order"'));
    content().focus();
    await press('Escape');
    expect(document.activeElement).toBe(one('event-list'));
    expect(filter.applied?.text).toBe('category == "order"');
    expect(filter.text).toBe('category == "order"');
  });

  it('gives up first what was written and not applied', async () => {
    await openDemo();
    await filter.apply('category == "order"');
    content().focus();
    filter.write('category == "ord');
    await until(() => expect(filter.error).not.toBeNull());
    await press('Escape');
    expect(document.activeElement).toBe(content());
    expect(filter.text).toBe('category == "order"');
    expect(filter.error).toBeNull();
    await press('Escape');
    expect(document.activeElement).toBe(one('event-list'));
    expect(filter.applied?.text).toBe('category == "order"');
  });
});
