/** The panels of an open history: what they show while things change, and that they agree. */
import { cleanup, fireEvent } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import type { Answer, Args, CommandName } from '../src/ipc/backend';
import type { PlaceDto } from '../src/ipc/contract';
import { MockBackend } from '../src/ipc/mock/backend';
import { run } from '../src/keys/actions';
import { filter } from '../src/state/filter.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { all, backend, freshWindows, one, openDemo, press, start, text, until } from './steps';

freshWindows();

describe('the event list', () => {
  it.each([true, false])(
    'shows the one event a filter leaves, wherever the list stood (follow: %s)',
    async (follow) => {
      await openDemo();
      expect(Number(all('event-row')[0]?.dataset['ordinal'])).toBeGreaterThan(1000);
      preferences.now.follow = follow;
      const inspected = selection.stream;
      await filter.apply('stream == "order-1010" && version == 2');
      await until(() => expect(text('filter-count')).toMatch(/^1 of/));
      await until(() => expect(all('event-row')).toHaveLength(1));
      expect(text('event-row')).toContain('order-1010');
      expect(preferences.now.follow).toBe(follow);
      expect(selection.stream).toBe(inspected);
    },
  );

  it('has fetched what lies before and behind for whoever scrolls', async () => {
    await openDemo();
    const list = one('event-list');
    const asked = new Set<number>();
    const { call } = backend;
    vi.spyOn(backend, 'call').mockImplementation((name, args) => {
      if ('offset' in args && 'fields' in args) asked.add(args.offset);
      return call.bind(backend)(name, args);
    });
    await fireEvent.wheel(list, { deltaY: -22 * 400 });
    const first = (): number => Number(all('event-row')[0]?.dataset['ordinal']);
    await until(() => expect(first()).toBeLessThan(1200));
    const page = (row: number): number => Math.floor(row / 50) * 50;
    await until(() =>
      expect([...asked]).toEqual(expect.arrayContaining([page(first() - 50), page(first() + 50)])),
    );
    const waiting = (): number => list.querySelectorAll('.waiting').length;
    expect(waiting()).toBe(0);
    for (const by of [30, -60]) {
      list.dispatchEvent(new WheelEvent('wheel', { deltaY: 22 * by, cancelable: true }));
      flushSync();
      expect(waiting()).toBe(0);
    }
  });

  it('follows until the reader takes the list in hand, whatever is told of scrolling', async () => {
    await openDemo();
    const list = one('event-list');
    Object.defineProperty(list, 'scrollHeight', { configurable: true, value: 33_000 });
    await until(() => expect(list.scrollTop).toBeGreaterThan(0));
    const at = list.scrollTop;
    // The program's own place told late, a place clamped by the layout, any other: none of them is a gesture.
    for (const place of [at, 0, 100]) {
      list.scrollTop = place;
      await fireEvent.scroll(list);
      expect(preferences.now.follow).toBe(true);
    }
    await until(() => expect(Math.abs(list.scrollTop - at)).toBeLessThan(2));
    await fireEvent.pointerDown(one('event-row'));
    expect(preferences.now.follow).toBe(true);
    // The hand on the bar: from now on the rows go where the bar goes.
    await fireEvent.pointerDown(list, { button: 0 });
    expect(preferences.now.follow).toBe(false);
    list.scrollTop = 0;
    await fireEvent.scroll(list);
    await until(() => expect(all('event-row')[0]?.dataset['ordinal']).toBe('0'));
  });

  it.each([
    ['the wheel', (list: HTMLElement) => fireEvent.wheel(list, { deltaY: -400 })],
    ['a touch', (list: HTMLElement) => fireEvent.touchMove(list)],
    // The first press only finds the playhead's row.
    [
      'keys',
      async (list: HTMLElement) => {
        for (let i = 0; i < 3; i++) await fireEvent.keyDown(list, { key: 'PageUp' });
      },
    ],
  ])('no longer follows after %s', async (_, gesture) => {
    await openDemo();
    const list = one('event-list');
    Object.defineProperty(list, 'scrollHeight', { configurable: true, value: 33_000 });
    await gesture(list);
    expect(preferences.now.follow).toBe(false);
  });

  it('moves its list along while it plays faster than rows come, and agrees with the playhead where it stops', async () => {
    await openDemo(12_000);
    await press('Home');
    await until(() => expect(playhead.shown?.rank).toBe(0));
    await until(() => expect(all('event-row')[0]?.dataset['ordinal']).toBe('0'));
    const late = backend.call.bind(backend);
    // Where the playhead stands is soon told; pages of rows take longer.
    backend.call = async (name, args) => {
      const slow = name === 'rows' && (args as Args<'rows'>).limit > 1;
      await new Promise((done) => setTimeout(done, slow ? 120 : 2));
      return late(name, args);
    };
    const tops = new Set<string>();
    playhead.speed = 8;
    await press(' ');
    await until(() => {
      tops.add(all('event-row')[0]?.dataset['ordinal'] ?? '');
      expect(tops.size).toBeGreaterThan(3);
    });
    expect(playhead.playing).toBe(true);
    await press(' ');
    const { place } = playhead;
    const [rank, state] = [
      await late('rank', { source: 1, filter: null, place: place as PlaceDto }),
      await late('state', {
        source: 1,
        stream: selection.stream?.key ?? -1,
        place: place as PlaceDto,
        projection: null,
        before: false,
      }),
    ];
    await until(() => expect(playhead.shown).toMatchObject({ place, rank }));
    await until(() => {
      const now = all('event-row').filter((row) => row.classList.contains('now'));
      expect(now.map((row) => row.getAttribute('aria-rowindex'))).toEqual([String(rank)]);
      expect(playhead.state).toEqual(state);
    });
  });
});

describe('the lanes', () => {
  it('gives a lane one colour, however far the index was when it was first seen', async () => {
    const colours = (): Record<string, string> =>
      Object.fromEntries(
        all('lane-row').map((lane) => [
          lane.dataset['lane'] ?? '',
          lane.querySelector('i')?.getAttribute('style') ?? '',
        ]),
      );
    await start(new MockBackend({ events: 1500, slowIndex: true }));
    preferences.now.laneBy = 'type';
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('lane-row').length).toBeGreaterThan(4));
    const early = colours();
    screen.home();
    cleanup();
    await openDemo();
    await fireEvent.click(one('lanes-type'));
    await until(() => expect(session.laneBy).toBe('type'));
    expect(colours()).toMatchObject(early);
  });

  it('has a lane for each type where no stream belongs to a category, and says why', async () => {
    await start();
    const real = backend.call.bind(backend);
    backend.call = async <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> =>
      name === 'lanes' && (args as Args<'lanes'>).by === 'category'
        ? ({ lanes: [{ key: 0, name: '', events: 1500 }], total: 1 } as unknown as Answer<K>)
        : real(name, args);
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('lane-row').length).toBeGreaterThan(2));
    expect(text('no-category')).toContain('no category');
    expect(one('lanes-type').getAttribute('aria-pressed')).toBe('true');
    // Who asks for categories gets them: one lane.
    await fireEvent.click(one('lanes-category'));
    await until(() => expect(all('lane-row')).toHaveLength(1));
    expect(text('lane-row')).toContain('(no category)');
    expect(all('no-category')).toHaveLength(0);
  });
});

describe('the inspector', () => {
  it('draws the values of a number as a curve, and marks the change that holds at the playhead', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(2));
    selection.pinned = '/total';
    selection.tab = 'history';
    await until(() => expect(all('history-curve')).toHaveLength(1));
    const now = [...one('history-table').querySelectorAll('tr[aria-current]')];
    expect(now.map((row) => row.querySelector('td')?.textContent)).toEqual(['2']);
    selection.tab = 'state';
  });

  it('steps with the arrows after a click on a tab, and changes tabs with them after the Tab key', async () => {
    await openDemo();
    await screen.goTo({ at: 'v3', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(3));
    const diff = one('tab-diff');
    await fireEvent.pointerDown(diff);
    diff.focus();
    await fireEvent.click(diff);
    await press('ArrowLeft');
    await until(() => expect(playhead.state?.included).toBe(2));
    expect(selection.tab).toBe('diff');
    // Space means the button only where it was gone to by keys, too.
    await press(' ');
    await until(() => expect(playhead.playing).toBe(true));
    playhead.pause();
    await press('Tab');
    one('tab-diff').focus();
    await press('ArrowRight');
    expect(selection.tab).toBe('event');
    expect(document.activeElement?.id).toBe('tab-event');
    await until(() => expect(playhead.state?.included).toBeGreaterThan(0));
  });

  it('shows all values of a field at a click on it, and by a key', async () => {
    await openDemo();
    await screen.goTo({ at: 'v3', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(3));
    const field = (path: string): HTMLElement => {
      const row = all('state-row').find((r) => r.dataset['path'] === path);
      if (row === undefined) throw new Error(`no ${path}`);
      return row;
    };
    await fireEvent.click(field('/total').querySelector('.value') as HTMLElement);
    await until(() => expect(all('history-table')).toHaveLength(1));
    expect(selection.pinned).toBe('/total');
    await press('1', { code: 'Digit1', altKey: true });
    await until(() => expect(selection.tab).toBe('state'));
    await until(() => expect(all('state-tree')).toHaveLength(1));
    // Elsewhere on the row only the row is chosen: its buttons are there.
    await fireEvent.click(field('/status'));
    expect(selection.tab).toBe('state');
    one('state-tree').focus();
    await press('h', { code: 'KeyH' });
    expect(selection.tab).toBe('history');
    expect(selection.pinned).toBe('/status');
  });

  it('lists the fields of the state where none is chosen to see the values of', async () => {
    await openDemo();
    await screen.goTo({ at: 'v3', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(3));
    selection.pinned = null;
    selection.tab = 'history';
    await until(() => expect(all('history-field').length).toBeGreaterThan(4));
    const total = all('history-field').find((field) => field.textContent?.startsWith('total'));
    if (total === undefined) throw new Error('no total');
    await fireEvent.click(total);
    expect(selection.pinned).toBe('/total');
    await until(() => expect(all('history-table')).toHaveLength(1));
    expect(all('history-fields')).toHaveLength(0);
  });

  it('says on every tab that the stream lacks something', async () => {
    await openDemo();
    expect(all('inspector-lacks')).toHaveLength(0);
    const real = backend.call.bind(backend);
    backend.call = async <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> => {
      const answer = await real(name, args);
      const missing = [{ code: 'version-gap', message: 'v2 is missing', params: { versions: 'v2' } }];
      return name === 'state' ? ({ ...(answer as object), missing } as unknown as Answer<K>) : answer;
    };
    await screen.goTo({ at: 'v3', stream: 'order-1010' });
    await until(() => expect(text('state-missing')).toContain('v2 is missing'));
    selection.tab = 'event';
    await until(() => expect(all('state-missing')).toHaveLength(0));
    expect(one('inspector-lacks').title).toBe('v2 is missing');
  });

  it('moves the border of the inspector by keys, and back to where it suits', async () => {
    await openDemo();
    const border = all('split-inspector')[0] as HTMLElement;
    border.focus();
    await press('ArrowLeft');
    expect(preferences.now.inspector).toBeGreaterThan(0.42);
    await press('Enter');
    expect(preferences.now.inspector).toBeNull();
  });
});

describe('the event that is selected', () => {
  const select = async (ordinal: number | null | undefined): Promise<void> => {
    if (ordinal == null) throw new Error('no event');
    await selection.chooseOrdinal(ordinal);
    selection.tab = 'event';
  };

  it('is told from the one at the playhead where that has moved on, and is given up by a step', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(2));
    await select(playhead.state?.last?.ordinal);
    await until(() => expect(text('event-facts')).toContain('ItemAdded'));
    const labels = [...one('event-facts').querySelectorAll('dt')].map((dt) => dt.textContent ?? '');
    expect(labels.slice(0, 4)).toEqual(['type', 'stream', 'version', 'position']);
    expect(labels.filter((label) => label !== label.toLowerCase())).toEqual([]);
    expect(all('inspector-aside')).toHaveLength(0);
    // A place that was gone to leaves the selection alone, and says so.
    await screen.goTo({ at: 'v3', stream: null });
    await until(() => expect(text('inspector-aside')).toBe('Selected: v2, before the playhead'));
    selection.tab = 'raw';
    await until(() => expect(text('inspector-aside')).toMatch(/before the playhead\s*Playhead here/));
    selection.tab = 'event';
    await press('ArrowRight');
    await until(() => expect(playhead.state?.included).toBe(4));
    await until(() => expect(selection.event?.row.version).toBe('4'));
    expect(selection.row).toBeNull();
    expect(all('inspector-aside')).toHaveLength(0);
  });

  it.each(['Home', 'End', ' '])('gives way to the playhead that is moved by %j', async (key) => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(2));
    await select(playhead.state?.next);
    await press(key);
    expect(selection.row).toBeNull();
    if (key === 'Home')
      await until(() =>
        expect(document.getElementById('tab-panel')?.textContent).toContain('Select an event.'),
      );
    playhead.pause();
  });
});

describe('a key that has nothing to do', () => {
  it('says so', async () => {
    await openDemo();
    await screen.goTo({ at: 'end', stream: 'order-1010' });
    await until(() => expect(playhead.state).not.toBeNull());
    selection.pinned = '/total';
    await press('ArrowRight', { altKey: true });
    await until(() => expect(text('notice')).toBe('The pinned field does not change after this.'));
    playhead.start();
    await press('ArrowLeft', { altKey: true });
    await until(() => expect(text('notice')).toBe('The pinned field did not change before.'));
    run('stopReading');
    await until(() => expect(text('notice')).toBe('Nothing is being read.'));
    run('pauseCapture');
    await until(() => expect(text('notice')).toBe('Nothing is being captured.'));
  });
});
