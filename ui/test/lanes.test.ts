/** Lanes arranged by keys and by the menu; the range as a filter and measured. */
import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { filter } from '../src/state/filter.svelte';
import { lanes } from '../src/state/lanes.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { view } from '../src/state/view.svelte';
import { all, freshWindows, one, openDemo, press, text, until } from './steps';

freshWindows();
vi.setConfig({ testTimeout: 60_000 });

const names = (): string[] => all('lane-row').map((row) => row.dataset['lane'] ?? '');
const lane = (name: string): HTMLElement => {
  const found = all('lane-row').find((row) => row.dataset['lane'] === name);
  if (found === undefined) throw new Error(`no lane ${name}`);
  return found;
};
async function openMenu(name: string): Promise<void> {
  await fireEvent.contextMenu(lane(name));
  await until(() => expect(all('lane-menu')).toHaveLength(1));
}

describe('the lanes', () => {
  it('are moved, pinned, hidden and shown alone by keys, on the one that has the focus', async () => {
    await openDemo();
    await until(() => expect(names().length).toBeGreaterThan(2));
    const [a = '', b = '', c = ''] = names();
    lane(a).focus();
    await press('ArrowDown', { altKey: true });
    expect(names().slice(0, 3)).toEqual([b, a, c]);
    lane(c).focus();
    await press('P', { code: 'KeyP', shiftKey: true });
    expect(names().slice(0, 3)).toEqual([c, b, a]);
    lane(b).focus();
    await press('Delete');
    expect(lane(b).getAttribute('aria-pressed')).toBe('false');
    expect(lanes.shown.some((row) => row.lanes[0]?.name === b)).toBe(false);
    await press('O', { code: 'KeyO', shiftKey: true });
    expect(lanes.shown.map((row) => row.lanes[0]?.name)).toEqual([b]);
  });

  it('say so when there is none the keys could be about', async () => {
    await openDemo();
    lanes.hand = null;
    await press('Delete');
    await until(() => expect(text('notice')).toContain('Point at a lane first'));
  });

  it('are renamed in place, and keep their name when that is given up', async () => {
    await openDemo();
    await until(() => expect(names().length).toBeGreaterThan(2));
    const [a = ''] = names();
    lane(a).focus();
    await press('F2');
    await until(() => expect(all('lane-name')).toHaveLength(1));
    await fireEvent.input(one('lane-name'), { target: { value: 'Kasse' } });
    await fireEvent.keyDown(one('lane-name'), { key: 'Enter' });
    await until(() => expect(lane(a).textContent).toContain('Kasse'));
    lane(a).focus();
    await press('F2');
    await until(() => expect(all('lane-name')).toHaveLength(1));
    await fireEvent.input(one('lane-name'), { target: { value: 'nothing' } });
    await fireEvent.keyDown(one('lane-name'), { key: 'Escape' });
    await until(() => expect(lane(a).textContent).toContain('Kasse'));
  });

  it('have a menu that is walked through by arrows and does what its keys say', async () => {
    await openDemo();
    await until(() => expect(names().length).toBeGreaterThan(2));
    const [a = '', b = '', c = ''] = names();
    await openMenu(b);
    expect(document.activeElement).toBe(one('lane-hideLane'));
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(one('lane-onlyLane'));
    await fireEvent.keyDown(document.activeElement ?? document.body, {
      key: 'P',
      code: 'KeyP',
      shiftKey: true,
    });
    await until(() => expect(all('lane-menu')).toHaveLength(0));
    expect(names()[0]).toBe(b);
    await openMenu(c);
    await fireEvent.click(one('lane-colour-6'));
    expect(lanes.rows.find((row) => row.lanes[0]?.name === c)?.colour).toBe(6);
    await until(() => expect(all('lane-menu')).toHaveLength(0));
    // Above the first lane there is none to group with.
    await openMenu(names()[0] ?? '');
    expect(all('lane-groupLane')).toHaveLength(0);
    await fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await until(() => expect(all('lane-menu')).toHaveLength(0));
    await openMenu(c);
    await fireEvent.click(one('lane-groupLane'));
    const group = lanes.rows.find((row) => row.group !== null);
    expect(group?.lanes.map((l) => l.name).sort()).toEqual([a, c].sort());
    const counted = group?.lanes.reduce((sum, l) => sum + l.events, 0);
    expect(group?.events).toBe(counted);
    await openMenu(names()[1] ?? '');
    await fireEvent.click(one('lane-resetLanes'));
    expect(names().slice(0, 3)).toEqual([a, b, c]);
  });
});

describe('several lanes', () => {
  it('are picked by Ctrl click and by key, drawn as one, and let go of by Esc', async () => {
    await openDemo();
    await until(() => expect(names().length).toBeGreaterThan(3));
    const [a = '', b = '', c = '', d = ''] = names();
    await fireEvent.click(lane(a), { ctrlKey: true });
    lane(c).focus();
    await press('L', { code: 'KeyL', shiftKey: true });
    expect(lanes.picked.map((row) => row.lanes[0]?.name)).toEqual([a, c]);
    // A pick switches nothing off.
    expect(lanes.shown.map((row) => row.lanes[0]?.name)).toEqual(names());
    await press('Escape');
    expect(lanes.picked).toHaveLength(0);
    for (const name of [a, c, d]) await fireEvent.click(lane(name), { ctrlKey: true });
    await openMenu(a);
    await fireEvent.click(one('lane-groupLane'));
    expect(names()).toEqual([`${a} + ${c} + ${d}`, b, ...names().slice(2)]);
    const group = lanes.rows[0];
    expect(group?.lanes.map((l) => l.name).sort()).toEqual([a, c, d].sort());
    expect(lanes.picked).toHaveLength(0);
  });
});

describe('the range', () => {
  it('tells how long it is, how many events stand in it, and how many that is a second', async () => {
    await openDemo();
    await until(() => expect(view.to).toBeGreaterThan(view.from));
    view.range = { from: view.from, to: view.to + 1n };
    await until(() => expect(text('measure-events')).toBe('1,500 events'));
    expect(text('measure-rate')).toMatch(/^≈?[\d.,]+ a (?:s|min)$/);
    // Up to, but not at, its end.
    view.range = { from: view.from, to: view.to };
    await until(() => expect(text('measure-events')).toBe('1,499 events'));
  });

  it('becomes a part of the filter by one key, and goes by it', async () => {
    await openDemo();
    await until(() => expect(view.to).toBeGreaterThan(view.from));
    await filter.apply('category == "order"');
    const middle = view.from + (view.to - view.from) / 2n;
    view.range = { from: view.from, to: middle };
    const key = (): Promise<boolean> => press('F', { code: 'KeyF', shiftKey: true });
    await key();
    await until(() =>
      expect(filter.applied?.text).toMatch(
        /^category == "order" && time >= "2026-[^"]+Z" && time < "2026-[^"]+Z"$/,
      ),
    );
    await until(() => expect(filter.applied?.matched).toBeGreaterThan(0));
    const { matched } = filter.applied ?? {};
    await until(() => expect(text('measure-events')).toBe(`${matched} events`));
    await key();
    await until(() => expect(filter.applied?.text).toBe('category == "order"'));
    await key();
    await until(() => expect(filter.applied?.text).toContain('time >='));
    view.range = null;
    await key();
    await until(() => expect(filter.applied?.text).toBe('category == "order"'));
    await key();
    await until(() => expect(text('notice')).toContain('There is no range'));
  });

  it('is no filter in log order, and says so', async () => {
    await openDemo();
    await playhead.switchAxis('log');
    view.range = { from: 10n, to: 40n };
    await until(() => expect(text('measure-events')).toBe('30 events'));
    expect(all('measure-rate')).toHaveLength(0);
    await press('F', { code: 'KeyF', shiftKey: true });
    await until(() => expect(text('notice')).toContain('switch to event time'));
    expect(filter.applied).toBeNull();
  });
});
