/** Picking several events and copying: events, states, fields, links. */
import { fireEvent } from '@testing-library/svelte';
import { tick } from 'svelte';
import { describe, expect, it } from 'vitest';
import { MockBackend, MOST_COPIED } from '../src/ipc/mock/backend';
import { filter } from '../src/state/filter.svelte';
import { picked } from '../src/state/picked.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { workspace } from '../src/state/workspace.svelte';
import { all, backend, freshWindows, one, openDemo, press, start, text, until } from './steps';

freshWindows();

const rows = (): HTMLElement[] => all('event-row');
const ordinal = (at: number): number => Number(rows()[at]?.dataset['ordinal']);
const click = (at: number, keys: MouseEventInit = {}): Promise<boolean> => {
  const row = rows()[at];
  if (row === undefined) throw new Error(`no row ${at}`);
  return fireEvent.click(row, keys);
};
const ctrl = (code: string, more: KeyboardEventInit = {}): Promise<boolean> =>
  press(code.slice(-1).toLowerCase(), { code, ctrlKey: true, ...more });
const lines = (): Record<string, unknown>[] =>
  backend.clipboard.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

describe('picked events', () => {
  it('are one, several by Ctrl, a stretch by Shift, and told by number', async () => {
    await openDemo();
    await click(1);
    expect(picked.count).toBe(1);
    expect(all('picked-count')).toHaveLength(0);
    await click(4, { shiftKey: true });
    await until(() => expect(text('picked-count')).toBe('4 events picked'));
    await click(2, { ctrlKey: true });
    await until(() => expect(text('picked-count')).toBe('3 events picked'));
    expect(
      rows()
        .map((row) => row.getAttribute('aria-selected'))
        .slice(0, 6),
    ).toEqual(['false', 'true', 'false', 'true', 'true', 'false']);
    await press('Escape');
    await until(() => expect(all('picked-count')).toHaveLength(0));
    expect(selection.row).not.toBeNull();
  });

  it('are extended by Shift and the arrows, back over where it began, and are all by Ctrl A', async () => {
    await openDemo();
    await click(3);
    const from = picked.cursor ?? -1;
    await press('ArrowDown', { shiftKey: true });
    await press('ArrowDown', { shiftKey: true });
    expect(picked.ranges).toEqual([{ from, to: from + 3 }]);
    for (let i = 0; i < 3; i++) await press('ArrowUp', { shiftKey: true });
    expect(picked.ranges).toEqual([{ from: from - 1, to: from + 1 }]);
    await ctrl('KeyA');
    await until(() => expect(text('picked-count')).toBe('1,500 events picked'));
  });

  it('stay picked when the source is looked at again', async () => {
    await openDemo();
    await click(1);
    await click(4, { shiftKey: true });
    const before = session.source;
    await session.settled();
    expect(session.source).not.toBe(before);
    await tick();
    expect(picked.count).toBe(4);
    // Once it was read anew, the rows may be other events.
    if (session.source !== null) {
      const { index } = session.source;
      session.source = { ...session.source, index: { ...index, generation: index.generation + 1 } };
    }
    await tick();
    expect(picked.count).toBe(0);
  });

  it('belong to the list they were picked in', async () => {
    await openDemo();
    await click(1);
    await click(4, { shiftKey: true });
    await filter.apply('category == "order"');
    await until(() => expect(picked.count).toBe(0));
  });
});

describe('copying', () => {
  it('takes the picked events by key, and says how many', async () => {
    await openDemo();
    await click(1);
    await click(3, { shiftKey: true });
    const wanted = [ordinal(1), ordinal(2), ordinal(3)];
    await ctrl('KeyC');
    await until(() => expect(text('notice')).toBe('3 events copied'));
    expect(lines().map((line) => Number(line['position']) - 1)).toEqual(wanted);
    await ctrl('KeyC', { shiftKey: true });
    await until(() => expect(backend.clipboard).toBe('csv of 3'));
  });

  it('says so where there are more than are copied at once', async () => {
    await openDemo();
    await click(1);
    await ctrl('KeyA');
    await ctrl('KeyC');
    await until(() => expect(text('notice')).toMatch(/^1,000 of 1,500 events copied/));
    expect(lines()).toHaveLength(MOST_COPIED);
  });

  it('takes the one that is inspected where none is picked', async () => {
    await openDemo();
    const { state } = playhead;
    await ctrl('KeyC');
    await until(() => expect(text('notice')).toBe('1 event copied'));
    expect(String(lines()[0]?.['position'])).toBe(state?.last?.position);
  });

  it('takes the state by its menu, and a field by key where its row has the focus', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.last?.version).toBe('2'));
    await fireEvent.click(one('state-copy'));
    await fireEvent.click(one('state-copy-json'));
    await until(() => expect(backend.clipboard).not.toBe(''));
    expect(lines()[0]).toMatchObject({ stream: 'order-1010', version: 2, projection: 'merge', problems: [] });
    await fireEvent.click(one('state-copy'));
    await fireEvent.click(one('state-copy-csv'));
    await until(() => expect(backend.clipboard).toMatch(/^path,value\n\//));
    one('state-tree').focus();
    const path = all('state-row')[0]?.dataset['path'] ?? '';
    await ctrl('KeyC', { shiftKey: true });
    await until(() => expect(backend.clipboard).toMatch(new RegExp(`^path,value\n${path}[/,]`)));
  });

  it('makes a link to the moment with the stream, the filter and the event it stands at', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.last?.version).toBe('2'));
    await until(() => expect(playhead.shown?.place).toBe(playhead.place));
    await ctrl('KeyL');
    await until(() => expect(text('notice')).toBe('Link copied'));
    const link = new URL(backend.clipboard);
    expect(link.protocol).toBe('leftfold:');
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      source: '/home/ada/.cache/leftfold/demo-shop.db',
      stream: 'order-1010',
      axis: 'time',
      at: `#${playhead.state?.last?.position}`,
    });
  });
});

describe('what a link asks for', () => {
  it('is shown: source, axis, filter, projection, stream and place', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath('/home/ada/data/shop.db', {
      table: null,
      at: 'v2',
      stream: 'order-1010',
      axis: 'log',
      filter: 'category == "order"',
      projection: 'latest',
    });
    await until(() => expect(playhead.state?.last?.version).toBe('2'));
    expect(playhead.place?.axis).toBe('log');
    await until(() => expect(playhead.state?.projection).toBe('latest'));
    expect(filter.applied?.text).toBe('category == "order"');
    expect(selection.stream?.name).toBe('order-1010');
  });

  it('is told where it is not there', async () => {
    await start(new MockBackend({ events: 1500 }));
    await screen.openPath('/home/ada/data/shop.db', {
      table: null,
      at: null,
      stream: null,
      axis: null,
      filter: null,
      projection: 'gone',
    });
    await until(() => expect(text('notice')).toBe('There is no projection gone here.'));
  });

  const MOMENT = { table: null, at: '#7', stream: null, axis: null, filter: null, projection: null };

  it('is not hidden by a filter kept from last time: that is put away, and undo brings it back', async () => {
    await openDemo();
    await filter.apply('category == "order"');
    await workspace.keep();
    await screen.openPath('demo:shop', MOMENT);
    await until(() => expect(playhead.place?.ordinal).toBe(7));
    expect(filter.applied).toBeNull();
    expect(text('notice')).toBe('The filter is put away, as the link has none: Ctrl Z brings it back.');
    await ctrl('KeyZ');
    await until(() => expect(filter.applied?.text).toBe('category == "order"'));
  });

  it('goes to its moment without its stream, where that is not there, but to no version of another one', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    const before = playhead.place;
    await screen.goTo({ at: 'v3', stream: 'order-none' });
    expect(text('notice')).toBe('No stream is named order-none');
    expect(playhead.place).toEqual(before);
    // A link says all of what is not there.
    await filter.apply('category == "order"');
    await workspace.keep();
    await screen.openPath('demo:shop', { ...MOMENT, stream: 'order-none', projection: 'gone' });
    await until(() => expect(playhead.place?.ordinal).toBe(7));
    await until(() =>
      expect(text('notice')).toBe(
        'There is no projection gone here. The filter is put away, as the link has none: Ctrl Z brings it back. No stream is named order-none',
      ),
    );
    await screen.goTo({ at: '#7', stream: 'order-none' });
    expect(playhead.place?.ordinal).toBe(7);
    expect(text('notice')).toBe('No stream is named order-none');
  });
});
