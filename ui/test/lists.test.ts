/** Columns, finding in a state, the keyboard in trees, causes and effects, and the mark of masks. */
import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { MockBackend } from '../src/ipc/mock/backend';
import { preferences } from '../src/state/preferences.svelte';
import { bookmarks } from '../src/state/bookmarks.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { all, freshWindows, one, openDemo, press, start, text, until } from './steps';

freshWindows();
/** Some of these go a long way, on machines that are busy. */
vi.setConfig({ testTimeout: 60_000 });

const columns = (): (string | undefined)[] => all('column').map((c) => c.dataset['column']);
/** Whoever comes by the Tab key has the keys of what he comes to. */
const byKeys = (): Promise<boolean> => press('Tab');

describe('columns', () => {
  it('are chosen in a form, ordered there, and kept for the source', async () => {
    await openDemo();
    preferences.now.columns = {};
    expect(columns()).toEqual(['time', 'stream', 'version', 'type', 'payload']);
    await press('C', { code: 'KeyC', shiftKey: true });
    const field = one('column-field') as HTMLInputElement;
    await fireEvent.input(field, { target: { value: 'total' } });
    await fireEvent.submit(field.form as HTMLFormElement);
    await until(() => expect(columns()).toContain('payload.total'));
    await fireEvent.click(all('column-up')[4] as HTMLElement);
    await until(() =>
      expect(columns()).toEqual(['time', 'stream', 'version', 'payload.total', 'type', 'payload']),
    );
    await fireEvent.click(one('columns-close'));
    await until(() => {
      const cells = [...document.querySelectorAll('[role=gridcell][data-column="payload.total"]')];
      expect(cells.length).toBeGreaterThan(5);
    });
    expect(Object.keys(preferences.now.columns)).toEqual(['/home/ada/.cache/leftfold/demo-shop.db']);
  });

  it('are moved, sized, fitted and hidden by the keys of their heads', async () => {
    await openDemo();
    preferences.now.columns = {};
    await byKeys();
    const head = (id: string): HTMLElement => {
      const found = all('column').find((c) => c.dataset['column'] === id);
      if (found === undefined) throw new Error(`no ${id}`);
      return found;
    };
    await fireEvent.keyDown(head('time'), { key: 'ArrowRight', altKey: true });
    await until(() => expect(columns().slice(0, 2)).toEqual(['stream', 'time']));
    const path = '/home/ada/.cache/leftfold/demo-shop.db';
    const width = (id: string): number | null | undefined =>
      preferences.now.columns[path]?.find((c) => c.id === id)?.width;
    expect(width('time')).toBeNull();
    await fireEvent.keyDown(head('time'), { key: 'ArrowRight', shiftKey: true });
    const sized = width('time') ?? 0;
    expect(sized).toBeGreaterThan(16);
    await fireEvent.keyDown(head('time'), { key: 'ArrowRight', shiftKey: true });
    expect(width('time')).toBe(sized + 16);
    await fireEvent.keyDown(head('version'), { key: 'Delete' });
    await until(() => expect(columns()).not.toContain('version'));
  });
});

describe('finding in a state', () => {
  it('counts, walks through and shows what is closed, and ends by Escape', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.last?.version).toBe('2'));
    await press('f', { code: 'KeyF', ctrlKey: true });
    await until(() => expect(document.activeElement).toBe(one('find-input')));
    const input = one('find-input');
    await fireEvent.input(input, { target: { value: 'nowhere to be found' } });
    await until(() => expect(text('find-count')).toBe('Not found'));
    const path = all('state-row')[0]?.dataset['path']?.slice(1) ?? '';
    await fireEvent.input(input, { target: { value: path.toUpperCase() } });
    await until(() => expect(text('find-count')).toMatch(/^1 of \d+$/));
    await until(() => expect(document.querySelector('[data-testid="state-row"].current')).not.toBeNull());
    const many = Number(/of (\d+)/.exec(text('find-count'))?.[1]);
    await press('Enter', { shiftKey: true });
    await until(() => expect(text('find-count')).toBe(`${many} of ${many}`));
    await press('Escape');
    await until(() => expect(all('find-input')).toHaveLength(0));
    expect(document.activeElement).toBe(one('state-tree'));
  });
});

describe('the keyboard in a tree', () => {
  it('goes to both ends, opens all below, and finds a name by its first letters', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.last?.version).toBe('2'));
    await byKeys();
    const tree = one('state-tree');
    tree.focus();
    const focused = (): string | undefined =>
      all('state-row').find((row) => row.getAttribute('aria-selected') === 'true')?.dataset['path'];
    const paths = all('state-row').map((row) => row.dataset['path']);
    await fireEvent.keyDown(tree, { key: 'End' });
    await until(() => expect(focused()).toBe(paths.at(-1)));
    await fireEvent.keyDown(tree, { key: 'Home' });
    await until(() => expect(focused()).toBe(paths[0]));
    const name = paths.findLast((path) => !/^\/[ph]/.test(path ?? ''))?.slice(1) ?? '';
    for (const letter of name.slice(0, 4).toLowerCase()) await fireEvent.keyDown(tree, { key: letter });
    await until(() => expect(focused()?.slice(1).startsWith(name.slice(0, 4))).toBe(true));
    // A letter that no row begins with, and one with Shift, is a key of the window.
    await new Promise((done) => setTimeout(done, 900));
    expect(paths.some((path) => /^\/[xX]/.test(path ?? ''))).toBe(false);
    expect(await fireEvent.keyDown(tree, { key: 'x', code: 'KeyQ' })).toBe(false);
    await fireEvent.keyDown(tree, { key: 'B', code: 'KeyB', shiftKey: true });
    await until(() => expect(bookmarks.listed).toBe(true));
    bookmarks.listed = false;
    const closed = all('state-row').findIndex((row) => row.getAttribute('aria-expanded') === 'false');
    if (closed >= 0) {
      await fireEvent.click(all('state-row')[closed] as HTMLElement);
      const before = all('state-row').length;
      await fireEvent.keyDown(tree, { key: '*' });
      await until(() => expect(all('state-row').length).toBeGreaterThan(before));
    }
  });
});

describe('causes and effects', () => {
  it('are a tree of the event that is inspected, which stays while one goes through it', async () => {
    await openDemo(600);
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.last?.version).toBe('2'));
    await press('6', { code: 'Digit6', altKey: true });
    await until(() => expect(all('cause-row').length).toBeGreaterThan(1));
    const kinds = (): (string | undefined)[] => all('cause-row').map((row) => row.dataset['kind']);
    expect(kinds().indexOf('self')).toBe(kinds().filter((kind) => kind === 'cause').length);
    expect(text('causes-end')).toContain('Here it began');
    await until(() => expect(text('causes-below')).toMatch(/followed from it|Nothing here/));
    const shown = all('cause-row').map((row) => row.dataset['ordinal']);
    await fireEvent.click(all('cause-row')[0] as HTMLElement);
    await until(() => expect(String(selection.row?.ordinal)).toBe(shown[0]));
    expect(all('cause-row').map((row) => row.dataset['ordinal'])).toEqual(shown);
  });
});

describe('masks', () => {
  it('are told in the status bar, with a count and their names', async () => {
    const backend = new MockBackend({ events: 600 });
    backend.masks = ['payload.card.number', '*.email'];
    await start(backend);
    await screen.openPath('/home/ada/data/shop.db');
    await until(() => expect(text('status-masks')).toBe('••• 2 masks'));
    expect(one('status-masks').title).toContain('*.email');
  });

  it('are listed with where they are said, and lifted in this window after a question, with a sign', async () => {
    const backend = new MockBackend({ events: 600 });
    backend.masks = ['payload.card.number', '*.email'];
    await start(backend);
    await screen.openPath('/home/ada/data/shop.db');
    await until(() => expect(all('status-masks')).toHaveLength(1));
    await until(() => expect(all('event-row').length).toBeGreaterThan(0));
    await screen.goToEvent(300);
    one('status-masks').focus();
    await fireEvent.click(one('status-masks'));
    await until(() => expect(all('mask-row')).toHaveLength(2));
    expect(one('mask-list').textContent).toContain('/home/ada/data/leftfold.toml');
    // Asked once more, and left at that.
    await fireEvent.click(one('masks-lift'));
    expect(one('masks-ask').textContent).toContain('not remembered');
    await fireEvent.click(one('masks-close'));
    expect(all('mask-list')).toHaveLength(0);
    expect(all('status-masks')).toHaveLength(1);
    expect(backend.calls.filter((name) => name === 'open')).toHaveLength(1);
    await fireEvent.click(one('status-masks'));
    await fireEvent.click(one('masks-lift'));
    await fireEvent.click(one('masks-show'));
    await until(() => expect(text('status-masks-lifted')).toBe('masks lifted'));
    expect(all('status-masks')).toHaveLength(0);
    // One is where one was.
    await until(() => expect(selection.row?.ordinal).toBe(300));
    expect([...backend.seen.values()].join()).not.toContain('unmasked');
    await fireEvent.click(one('status-masks-lifted'));
    await fireEvent.click(one('masks-hide'));
    await until(() => expect(all('status-masks')).toHaveLength(1));
    // Opened again it is masked, whatever it was before.
    await fireEvent.click(one('status-masks'));
    await fireEvent.click(one('masks-lift'));
    await fireEvent.click(one('masks-show'));
    await until(() => expect(all('status-masks-lifted')).toHaveLength(1));
    await screen.openPath('/home/ada/data/shop.db');
    await until(() => expect(all('status-masks')).toHaveLength(1));
  });

  it('are not spoken of where there are none', async () => {
    await openDemo(600);
    expect(all('status-masks')).toHaveLength(0);
  });
});
