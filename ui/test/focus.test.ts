/** The focus has a place after whatever is closed, written, finished or taken away. */
import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { compare } from '../src/state/compare.svelte';
import { filter } from '../src/state/filter.svelte';
import { lanes } from '../src/state/lanes.svelte';
import { selection } from '../src/state/selection.svelte';
import { view } from '../src/state/view.svelte';
import { all, freshWindows, one, openDemo, press, start, until } from './steps';

freshWindows();
vi.setConfig({ testTimeout: 60_000 });

/** What has the focus, by its test id. */
const focused = (): string => {
  const { activeElement } = document;
  if (activeElement === null || activeElement === document.body) return 'nothing';
  return activeElement.getAttribute('data-testid') ?? activeElement.className;
};
const isAt = (id: string): Promise<void> => until(() => expect(focused()).toBe(id));
const alt = (digit: number): Promise<boolean> =>
  press(String(digit), { code: `Digit${digit}`, altKey: true });

/** The browser's own way to leave a dialog, which jsdom has not. */
const leave = (id: string): Promise<boolean> => fireEvent(one(id), new Event('cancel', { cancelable: true }));

describe('the focus', () => {
  it('stays in the inspector when another tab is shown', async () => {
    await openDemo();
    one('state-tree').focus();
    await alt(6);
    await until(() => expect(selection.tab).toBe('causes'));
    // The tree of causes comes later than the tab.
    await isAt('causes-tree');
    await alt(5);
    await until(() => expect(document.activeElement?.id).toBe('tab-panel'));
    await alt(1);
    await isAt('state-tree');
    await press('f', { code: 'KeyF', ctrlKey: true });
    await isAt('find-input');
    await press('Escape');
    await isAt('state-tree');
  });

  it('is on the lane whose name was written, or was not', async () => {
    await openDemo();
    await until(() => expect(all('lane-row').length).toBeGreaterThan(2));
    const row = (): HTMLElement | undefined => all('lane-row')[1];
    row()?.focus();
    for (const key of ['Enter', 'Escape']) {
      await press('F2');
      await isAt('lane-name');
      await press(key);
      await until(() => expect(document.activeElement).toBe(row()));
      // What the keys are about is that lane, too.
      expect(lanes.hand).toBe(lanes.rows[1]?.id);
    }
  });

  it('goes to where it was when a lane is renamed from elsewhere', async () => {
    await openDemo();
    await until(() => expect(all('lane-row').length).toBeGreaterThan(2));
    one('event-list').focus();
    lanes.hand = lanes.rows[1]?.id ?? null;
    await press('F2');
    await isAt('lane-name');
    await press('Enter');
    await isAt('event-list');
  });

  it('is on the screen of connections, and back where it was', async () => {
    await openDemo();
    one('timeline-canvas').focus();
    await press('O', { code: 'KeyO', ctrlKey: true, shiftKey: true });
    await isAt('kafka-screen');
    one('kafka-servers').focus();
    // Out of the field, not out of the page.
    await press('Escape');
    await until(() => expect(document.activeElement?.tagName).toBe('SECTION'));
    await press('Escape');
    await until(() => expect(all('kafka-screen')).toHaveLength(0));
    await isAt('event-list');
  });

  it('is on the screen of connections where nothing had it', async () => {
    await start();
    await press('O', { code: 'KeyO', ctrlKey: true, shiftKey: true });
    await isAt('kafka-screen');
    await press('Escape');
    await isAt('welcome-open');
  });

  it('is among the findings when a comparison is finished', async () => {
    await openDemo();
    one('event-list').focus();
    await press('m', { code: 'KeyM' });
    await isAt('compare-path');
    await fireEvent.input(one('compare-path'), { target: { value: 'mirror.db' } });
    await fireEvent.submit(one('compare-path').closest('form') as HTMLFormElement);
    await until(() => expect(compare.now?.state).toBe('done'));
    await isAt('finding-list');
    // Given up, the form leaves it where it was; closed, the findings leave it in the window.
    await press('m', { code: 'KeyM' });
    await isAt('compare-path');
    await leave('compare-form');
    await isAt('finding-list');
    await fireEvent.click(one('compare-close'));
    await isAt('event-list');
  });

  it.each([
    ['the help', '?', {}, 'help-sheet'],
    ['the commands', 'k', { code: 'KeyK', ctrlKey: true }, 'palette'],
    ['the streams', 'p', { code: 'KeyP', ctrlKey: true }, 'palette'],
    ['the bookmarks', 'B', { code: 'KeyB', shiftKey: true }, 'bookmark-list'],
    ['a note', 'b', { code: 'KeyB', ctrlKey: true }, 'bookmark-note'],
    ['an export', 'e', { code: 'KeyE', ctrlKey: true }, 'export-form'],
    ['the columns', 'C', { code: 'KeyC', shiftKey: true }, 'columns-form'],
    ['the rules', 'R', { code: 'KeyR', shiftKey: true }, 'rules-form'],
    ['a comparison', 'm', { code: 'KeyM' }, 'compare-form'],
    ['a menu', 'o', { code: 'KeyO' }, 'lane-menu'],
  ])('is where it was before %s, and somewhere where it was nowhere', async (_, key, more, id) => {
    await openDemo();
    await until(() => expect(all('lane-row').length).toBeGreaterThan(2));
    one('timeline-canvas').focus();
    await press(key, more);
    await until(() => expect(all(id)).toHaveLength(1));
    await leave(id);
    await until(() => expect(all(id)).toHaveLength(0));
    await isAt('timeline-canvas');
    (document.activeElement as HTMLElement).blur();
    await press(key, more);
    await until(() => expect(all(id)).toHaveLength(1));
    await leave(id);
    await until(() => expect(all(id)).toHaveLength(0));
    await isAt('event-list');
  });

  it('is in the filter that a command of the palette goes to', async () => {
    await openDemo();
    one('state-tree').focus();
    await press('k', { code: 'KeyK', ctrlKey: true });
    await isAt('palette-input');
    await fireEvent.input(one('palette-input'), { target: { value: 'Write a filter' } });
    await press('Enter');
    await until(() => expect(document.activeElement?.classList.contains('cm-content')).toBe(true));
  });

  it('is not lost with a button that is no longer needed', async () => {
    await openDemo();
    await filter.apply('category == "order"');
    await until(() => expect(all('filter-clear')).toHaveLength(1));
    one('filter-clear').focus();
    await fireEvent.click(one('filter-clear'));
    await until(() => expect(all('filter-clear')).toHaveLength(0));
    await until(() => expect(document.activeElement?.classList.contains('cm-content')).toBe(true));
    view.range = { from: view.from, to: view.to };
    await until(() => expect(all('range-clear')).toHaveLength(1));
    one('range-clear').focus();
    await fireEvent.click(one('range-clear'));
    await isAt('event-list');
  });

  it('is let go of by a click beside everything', async () => {
    await openDemo();
    one('state-tree').focus();
    one('state-tree').blur();
    await new Promise((done) => setTimeout(done));
    selection.tab = 'raw';
    await until(() => expect(all('state-tree')).toHaveLength(0));
    expect(focused()).toBe('nothing');
  });
});
