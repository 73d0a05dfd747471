/** Undo and redo of what is seen. */
import { tick } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { MockBackend } from '../src/ipc/mock/backend';
import { bookmarks } from '../src/state/bookmarks.svelte';
import { columns } from '../src/state/columns.svelte';
import { filter } from '../src/state/filter.svelte';
import { lanes } from '../src/state/lanes.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { validTimes } from '../src/state/validTimes.svelte';
import { view } from '../src/state/view.svelte';
import { watches } from '../src/state/watches.svelte';
import {
  EVENT,
  all,
  deselect,
  freshWindows,
  mark,
  one,
  openDemo,
  press,
  start,
  text,
  toEvent,
  until,
} from './steps';

freshWindows();
/** Some of these go a long way, on machines that are busy. */
vi.setConfig({ testTimeout: 60_000 });

describe('undo', () => {
  const undo = (): Promise<boolean> => press('z', { code: 'KeyZ', ctrlKey: true });
  const redo = (): Promise<boolean> => press('Z', { code: 'KeyZ', ctrlKey: true, shiftKey: true });

  it('takes back zoom, lanes, scale, filter and axis one by one, and puts them in force again', async () => {
    await openDemo();
    await until(() => expect(session.axisInfo).not.toBeNull());
    const looks = (): unknown[] => [
      view.seen === null,
      lanes.shown.length,
      preferences.now.scale,
      filter.applied?.text ?? '',
      preferences.now.axis,
    ];
    const seen = [looks()];
    const step = async (what: () => unknown): Promise<void> => {
      await what();
      await until(() => expect(looks()).not.toEqual(seen.at(-1)));
      seen.push(looks());
    };
    await step(() => press('w', { code: 'KeyW' }));
    await step(() => press('1', { code: 'Digit1' }));
    await step(() => press('l', { code: 'KeyL' }));
    await step(() => filter.apply('type == "OrderPlaced"'));
    await step(() => press('x', { code: 'KeyX' }));
    for (const look of seen.slice(0, -1).reverse()) {
      await undo();
      await until(() => expect(looks()).toEqual(look));
    }
    await undo();
    await until(() => expect(text('notice')).toBe('There is nothing to undo.'));
    for (const look of seen.slice(1)) {
      await redo();
      await until(() => expect(looks()).toEqual(look));
    }
  });

  it('takes back that a bookmark was set, written on and deleted', async () => {
    await openDemo();
    const undo = (): Promise<boolean> => press('z', { code: 'KeyZ', ctrlKey: true });
    const redo = (): Promise<boolean> => press('z', { code: 'KeyZ', ctrlKey: true, shiftKey: true });
    const notes = (wanted: string[]): Promise<void> =>
      until(() => expect(bookmarks.all.map((b) => b.note)).toEqual(wanted));
    await toEvent(EVENT);
    deselect();
    // One that is given up is nothing to take back.
    await press('b', { code: 'KeyB', ctrlKey: true });
    await until(() => expect(all('bookmark-text')).toHaveLength(1));
    await press('Escape');
    await notes([]);
    await mark('first');
    bookmarks.write(bookmarks.all[0]?.id ?? -1, 'second');
    await notes(['second']);
    await until(() => expect(one('bookmark-mark').getAttribute('title')).toContain('second'));
    bookmarks.remove(bookmarks.all[0]?.id ?? -1);
    await until(() => expect(all('bookmark-mark')).toHaveLength(0));
    await undo();
    await notes(['second']);
    await undo();
    await notes(['first']);
    await undo();
    await notes([]);
    await redo();
    await notes(['first']);
    await redo();
    await notes(['second']);
    // It stands where it stood.
    expect(bookmarks.all[0]?.event?.position).toBe(String(EVENT + 1));
    expect(bookmarks.lost.size).toBe(0);
  });

  it('takes back a switch of the axis as one, with the range and the view it took away', async () => {
    await start(new MockBackend({ events: 1500, delay: 8 }));
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('state-row').length).toBeGreaterThan(0));
    view.show(view.from + 1000n, view.from + 5_000_000_000_000n);
    const range = { from: view.from + 7n, to: view.from + 90_000_000_001n };
    view.range = range;
    await tick();
    const { seen } = view;
    await press('x', { code: 'KeyX' });
    await until(() => expect(preferences.now.axis).toBe('log'));
    expect(view.range).toBeNull();
    await until(() => expect(playhead.switching).toBe(false));
    await tick();
    await undo();
    await until(() => expect(view.range).toEqual(range));
    expect(preferences.now.axis).toBe('time');
    await until(() => expect(view.seen).toEqual(seen));
  });

  it('leaves the playhead where it is when the axis is switched there and back over a filter', async () => {
    await openDemo();
    await toEvent(EVENT);
    const version = text('inspector-version');
    await filter.apply('type == "OrderPlaced"');
    await until(() => expect(text('filter-count')).toContain(' of '));
    for (const axis of ['log', 'time'] as const) {
      await press('x', { code: 'KeyX' });
      await until(() => expect(preferences.now.axis).toBe(axis));
      await until(() => expect(playhead.switching).toBe(false));
    }
    await until(() => expect(text('inspector-version')).toBe(version));
  });

  it('takes back lanes of values, valid times, columns and a range', async () => {
    await openDemo();
    await until(() => expect(selection.stream).not.toBeNull());
    const looks = (): unknown[] => [
      watches.all.length,
      validTimes.on,
      columns.now.map((c) => [c.id, c.width]),
      view.range === null ? null : [String(view.range.from), String(view.range.to)],
    ];
    const seen = [looks()];
    const step = async (what: () => unknown): Promise<void> => {
      what();
      await tick();
      expect(looks()).not.toEqual(seen.at(-1));
      seen.push(looks());
    };
    await step(() => watches.toggle('/status'));
    await step(() => (validTimes.on = true));
    await step(() => columns.toggle('version'));
    // Dragging an edge is one step, and so is dragging a range.
    columns.size('stream', 100);
    await tick();
    await step(() => columns.size('stream', 120));
    view.range = { from: view.from, to: view.from + 5n };
    await tick();
    await step(() => (view.range = { from: view.from, to: view.from + 9n }));
    for (const look of seen.slice(0, -1).reverse()) {
      await undo();
      await until(() => expect(looks()).toEqual(look));
    }
    await undo();
    await until(() => expect(text('notice')).toBe('There is nothing to undo.'));
    for (const look of seen.slice(1)) {
      await redo();
      await until(() => expect(looks()).toEqual(look));
    }
  });

  it('takes zooming on as one step, and shows exactly what was seen', async () => {
    await openDemo();
    view.show(view.from + 1000n, view.from + 5_000_000_000n);
    await until(() => expect(view.seen).not.toBeNull());
    await new Promise((done) => setTimeout(done, 950));
    const before = view.seen;
    for (let i = 0; i < 5; i++) await press('w', { code: 'KeyW' });
    expect(view.seen).not.toEqual(before);
    await undo();
    await until(() => expect(view.seen).toEqual(before));
  });
});
