/** Bookmarks, the way back and forward, undo of the view, and all of it there again the next time. */
import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { MockBackend } from '../src/ipc/mock/backend';
import { bookmarks } from '../src/state/bookmarks.svelte';
import { comparison } from '../src/state/comparison.svelte';
import { filter } from '../src/state/filter.svelte';
import { lanes } from '../src/state/lanes.svelte';
import { places } from '../src/state/places.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { view } from '../src/state/view.svelte';
import {
  EVENT,
  all,
  backend,
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

describe('bookmarks', () => {
  it('are set by key with a note, drawn, listed, gone to, written on and deleted', async () => {
    await openDemo();
    await toEvent(EVENT);
    deselect();
    await mark('oversold here');
    expect(bookmarks.all).toMatchObject([{ note: 'oversold here', event: { position: String(EVENT + 1) } }]);
    await until(() => expect(one('bookmark-mark').getAttribute('title')).toContain('oversold here'));
    await toEvent(20);
    await mark('');
    expect(bookmarks.all).toHaveLength(2);

    await press('B', { code: 'KeyB', shiftKey: true });
    await until(() => expect(all('bookmark-item')).toHaveLength(2));
    // What each stands at: the stream and the type of its event.
    for (const [i, item] of all('bookmark-item').entries()) {
      const { event } = bookmarks.inOrder[i] ?? { event: null };
      expect(event).not.toBeNull();
      expect(item.textContent).toContain(event?.stream);
      expect(item.textContent).toContain(event?.type);
    }
    await fireEvent.input(one('bookmark-search'), { target: { value: 'oversold' } });
    await until(() => expect(all('bookmark-item')).toHaveLength(1));
    await press('Enter');
    await until(() => expect(playhead.shown?.row?.ordinal).toBe(EVENT));
    expect(all('bookmark-list')).toHaveLength(0);
    expect(selection.row?.ordinal).toBe(EVENT);

    // The same key where one stands opens its note.
    await press('b', { code: 'KeyB', ctrlKey: true });
    await until(() => expect(one('bookmark-text')).toHaveProperty('value', 'oversold here'));
    await fireEvent.click(one('bookmark-delete'));
    expect(bookmarks.all).toMatchObject([{ note: '' }]);
  });

  it('are set at the event that was just gone to, though the window shows the one before yet', async () => {
    await openDemo();
    await toEvent(EVENT);
    const row = playhead.shown?.row;
    await toEvent(20);
    deselect();
    if (row != null) playhead.moveToRow(row);
    deselect();
    expect(playhead.shown?.row?.ordinal).toBe(20);
    await press('b', { code: 'KeyB', ctrlKey: true });
    await until(() => expect(all('bookmark-text')).toHaveLength(1));
    expect(bookmarks.all).toMatchObject([{ event: { position: String(EVENT + 1) } }]);
  });

  it('are not set when that is cancelled', async () => {
    await openDemo();
    await press('b', { code: 'KeyB', ctrlKey: true });
    await until(() => expect(all('bookmark-text')).toHaveLength(1));
    await press('Escape');
    await until(() => expect(all('bookmark-note')).toHaveLength(0));
    expect(bookmarks.all).toEqual([]);
  });

  it('are stepped through by key, on both axes', async () => {
    await openDemo();
    for (const ordinal of [900, 100, 500]) {
      await toEvent(ordinal);
      await mark(`at ${ordinal}`);
    }
    await playhead.switchAxis('log');
    playhead.start();
    const visited: (number | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const before = playhead.place;
      await press('.', { code: 'Period' });
      await until(() => expect(playhead.place).not.toBe(before));
      visited.push(playhead.place?.ordinal ?? undefined);
    }
    expect(visited).toEqual([100, 500, 900, 100]);
    await press(',', { code: 'Comma' });
    await until(() => expect(playhead.place?.ordinal).toBe(900));
  });

  it('stand at a moment where no event is', async () => {
    await openDemo();
    const coord = view.from + 1_234_567n;
    playhead.moveTo(coord);
    deselect();
    await mark('between');
    expect(bookmarks.all).toMatchObject([{ event: null, time: String(coord) }]);
    playhead.end();
    await press('.', { code: 'Period' });
    await until(() => expect(playhead.coord).toBe(coord));
  });
});

describe('the palette', () => {
  it('finds bookmarks by their notes', async () => {
    await openDemo();
    await toEvent(EVENT);
    await mark('the double sale');
    playhead.start();
    await press('k', { code: 'KeyK', ctrlKey: true });
    await until(() => expect(all('palette-input')).toHaveLength(1));
    await fireEvent.input(one('palette-input'), { target: { value: 'double sale' } });
    await until(() => expect(text('palette-item')).toContain('Bookmark: the double sale'));
    await press('Enter');
    await until(() => expect(playhead.place?.ordinal).toBe(EVENT));
  });
});

describe('back and forward', () => {
  it('lead back from a stream that was chosen', async () => {
    await openDemo();
    await toEvent(100);
    const before = selection.stream?.name;
    const found = (await backend.call('streams', { source: 1, query: 'order-1010', offset: 0, limit: 1 }))
      .streams[0];
    if (found === undefined) throw new Error('no stream');
    places.toStream(found.key, found.name);
    expect(selection.stream?.name).toBe('order-1010');
    await press('Backspace');
    await until(() => expect(selection.stream?.name).toBe(before));
  });

  it('lead along the jumps and not along the steps', async () => {
    await openDemo();
    await toEvent(100);
    await toEvent(400);
    await press('ArrowRight', { shiftKey: true });
    await until(() => expect(playhead.place?.ordinal).not.toBe(400));
    const stepped = playhead.place?.ordinal;
    await press('Backspace');
    await until(() => expect(playhead.place?.ordinal).toBe(400));
    await press('Backspace');
    await until(() => expect(playhead.place?.ordinal).toBe(100));
    expect(selection.row?.ordinal).toBe(100);
    await press('Backspace', { shiftKey: true });
    await until(() => expect(playhead.place?.ordinal).toBe(400));
    await press('Backspace', { shiftKey: true });
    await until(() => expect(playhead.place?.ordinal).toBe(stepped));
  });

  it('are the side buttons of the mouse, too', async () => {
    await openDemo();
    await toEvent(100);
    await toEvent(400);
    await fireEvent.mouseUp(one('event-list'), { button: 3 });
    await until(() => expect(playhead.place?.ordinal).toBe(100));
    await fireEvent.mouseUp(one('event-list'), { button: 4 });
    await until(() => expect(playhead.place?.ordinal).toBe(400));
  });

  it('say when there is nowhere to go', async () => {
    await openDemo();
    await press('Backspace');
    await until(() => expect(text('notice')).toBe('There is no place to go back to.'));
  });
});

describe('what was seen', () => {
  const PATH = '/data/shop.db';
  async function again(): Promise<void> {
    screen.home();
    await screen.openPath(PATH);
    await until(() => expect(all('event-row').length).toBeGreaterThan(0));
  }
  const kept = (): string => [...backend.seen.values()].at(-1) ?? '';

  it('is there again when the source is opened again: every part of it', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath(PATH);
    await until(() => expect(all('state-row').length).toBeGreaterThan(0));
    await toEvent(EVENT);
    await mark('oversold here');
    view.show(view.from + 1_000_000_001n, view.from + 9_000_000_000_003n);
    view.range = { from: view.from + 7n, to: view.from + 90_000_000_001n };
    const [row] = lanes.rows;
    if (row === undefined) throw new Error('no lane');
    lanes.move(row, 1);
    lanes.colour(row, 6);
    lanes.rename(row, 'mine');
    await filter.apply('category == "order"');
    selection.pinned = '/status';
    selection.tab = 'history';
    await press('c', { code: 'KeyC' });
    const look = (): unknown => ({
      seen: view.seen,
      range: view.range,
      place: playhead.place,
      axis: preferences.now.axis,
      lanes: lanes.rows.map((r) => [r.id, r.colour, lanes.nameOf(r), r.shown]),
      filter: filter.applied?.text,
      stream: selection.stream?.name,
      row: selection.row?.ordinal,
      pinned: selection.pinned,
      tab: selection.tab,
      from: comparison.from?.place,
      bookmarks: bookmarks.all,
    });
    const before = look();
    await until(() => expect(kept()).toContain('oversold here'));
    await again();
    await until(() => expect(look()).toEqual(before));
    expect([...bookmarks.lost]).toEqual([]);
  });

  it('is kept at once when the window closes, and only then may it go', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath(PATH);
    await until(() => expect(all('state-row').length).toBeGreaterThan(0));
    await mark('at the last moment');
    preferences.nextTheme();
    const { theme } = preferences.now;
    const keptThen: boolean[] = [];
    const call = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation((name, args) => {
      if (name === 'leave') keptThen.push(kept().includes('at the last moment'));
      return call(name, args);
    });
    backend.emit('closing', null);
    await until(() => expect(backend.calls).toContain('leave'));
    expect(keptThen).toEqual([true]);
    expect(JSON.parse(sessionStorage.getItem('preferences') ?? '{}')).toMatchObject({ theme });
  });

  it('is kept of each source for itself', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath(PATH);
    await until(() => expect(session.axisInfo).not.toBeNull());
    await filter.apply('category == "order"');
    screen.home();
    await screen.openPath('/data/other.ndjson');
    await until(() => expect(session.axisInfo).not.toBeNull());
    expect(filter.applied).toBeNull();
    await again();
    await until(() => expect(filter.applied?.text).toBe('category == "order"'));
  });

  it('keeps a bookmark whose event is not there any more, and says so', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath(PATH);
    await until(() => expect(all('state-row').length).toBeGreaterThan(0));
    await toEvent(EVENT);
    await mark('oversold here');
    await until(() => expect(kept()).toContain('oversold here'));
    for (const [key, json] of backend.seen)
      backend.seen.set(key, json.replace(/"stream":"[^"]*","type"/, '"stream":"gone-1","type"'));
    const before = playhead.place;
    await again();
    await until(() => expect(text('notice')).toContain('1 bookmark no longer fits this file'));
    expect(bookmarks.all).toHaveLength(1);
    expect(bookmarks.lost.size).toBe(1);
    playhead.start();
    await press('.', { code: 'Period' });
    // Its moment is still a place to go to.
    await until(() => expect(playhead.coord).toBe(BigInt(before?.coord ?? '0')));
  });

  it('is ignored where it cannot be read', async () => {
    await start(new MockBackend({ events: 1500 }));
    backend.seen.set(`${PATH} 0`, '{"bookmarks": [[[');
    await screen.openPath(PATH);
    await until(() => expect(all('state-row').length).toBeGreaterThan(0));
    expect(bookmarks.all).toEqual([]);
  });

  it('gives way to a point that was asked for', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath(PATH);
    await until(() => expect(session.axisInfo).not.toBeNull());
    await toEvent(EVENT);
    await until(() => expect(kept()).toContain('"playhead":{'));
    screen.home();
    await screen.openPath(PATH, {
      at: '#10',
      stream: null,
      projection: null,
      filter: null,
      axis: null,
      table: null,
    });
    await until(() => expect(playhead.place?.ordinal).toBe(10));
    await new Promise((done) => setTimeout(done, 100));
    expect(playhead.place?.ordinal).toBe(10);
  });
});
