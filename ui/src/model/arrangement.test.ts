import { describe, expect, it } from 'vitest';
import {
  arrange,
  coloured,
  dissolved,
  grouped,
  idOf,
  isPlain,
  moved,
  pinned,
  placeOfSlot,
  PLAIN,
  readArrangement,
  renamed,
} from './arrangement';
import type { Arrangement, LaneRow } from './arrangement';

const LANES = ['order', 'payment', 'stock', 'review'].map((name, key) => ({ key, name, events: 10 - key }));
const rows = (a: Arrangement, lanes = LANES, most = 32): LaneRow[] =>
  arrange(lanes, a, most, (key) => key % 8);
const names = (all: readonly LaneRow[]): string[] => all.map((r) => r.lanes.map((l) => l.name).join('+'));
const row = (all: readonly LaneRow[], name: string): LaneRow => {
  const found = all.find((r) => r.lanes.some((l) => l.name === name));
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

describe('the arrangement of lanes', () => {
  it('changes nothing as long as nobody arranged anything', () => {
    expect(names(rows(PLAIN))).toEqual(['order', 'payment', 'stock', 'review']);
    expect(rows(PLAIN, LANES, 2).map((r) => r.shown)).toEqual([true, true, false, false]);
    expect(isPlain(PLAIN)).toBe(true);
  });

  it('keeps the order made by hand, and puts what is new behind', () => {
    const a = moved(PLAIN, rows(PLAIN), idOf('stock'), 0);
    expect(names(rows(a))).toEqual(['stock', 'order', 'payment', 'review']);
    const more = [{ key: 9, name: 'new', events: 99 }, ...LANES];
    expect(names(rows(a, more))).toEqual(['stock', 'order', 'payment', 'review', 'new']);
    expect(moved(a, rows(a), idOf('stock'), -1)).toBe(a);
    expect(moved(a, rows(a), idOf('nobody'), 1)).toBe(a);
  });

  it('puts a lane that is let go of between two others there, past those that are not drawn', () => {
    const to = (a: Arrangement, name: string, slot: number): string[] =>
      names(rows(moved(a, rows(a), idOf(name), placeOfSlot(rows(a), idOf(name), slot))));
    expect(to(PLAIN, 'order', 2)).toEqual(['payment', 'order', 'stock', 'review']);
    expect(to(PLAIN, 'order', 4)).toEqual(['payment', 'stock', 'review', 'order']);
    expect(to(PLAIN, 'review', 0)).toEqual(['review', 'order', 'payment', 'stock']);
    for (const slot of [1, 2]) expect(to(PLAIN, 'payment', slot)).toEqual(names(rows(PLAIN)));
    const hidden = { ...PLAIN, shown: { [idOf('payment')]: false } };
    expect(to(hidden, 'order', 2)).toEqual(['payment', 'stock', 'order', 'review']);
    expect(to(hidden, 'review', 1)).toEqual(['order', 'payment', 'review', 'stock']);
  });

  it('has pins on top, among which alone they move', () => {
    let a = pinned(PLAIN, rows(PLAIN), idOf('review'));
    a = pinned(a, rows(a), idOf('stock'));
    expect(names(rows(a))).toEqual(['stock', 'review', 'order', 'payment']);
    a = moved(a, rows(a), idOf('stock'), 3);
    expect(names(rows(a))).toEqual(['review', 'stock', 'order', 'payment']);
    a = moved(a, rows(a), idOf('payment'), 0);
    expect(names(rows(a))).toEqual(['review', 'stock', 'payment', 'order']);
    a = pinned(a, rows(a), idOf('review'));
    expect(names(rows(a))[0]).toBe('stock');
  });

  it('gives names and colours, and takes them back', () => {
    let a = renamed(PLAIN, idOf('order'), '  Bestellungen ');
    a = coloured(a, idOf('order'), 5);
    expect(row(rows(a), 'order')).toMatchObject({ given: 'Bestellungen', colour: 5 });
    a = coloured(renamed(a, idOf('order'), ' '), idOf('order'), null);
    expect(isPlain(a)).toBe(true);
  });

  it('makes one row of several, which counts their events and keeps its place, and takes it apart again', () => {
    const before = moved(PLAIN, rows(PLAIN), idOf('review'), 1);
    let a = grouped(before, row(rows(before), 'order'), row(rows(before), 'review'), 'order + review');
    expect(names(rows(a))).toEqual(['order+review', 'payment', 'stock']);
    expect(row(rows(a), 'review')).toMatchObject({
      events: 17,
      given: 'order + review',
      colour: 0,
      keys: [0, 3],
    });
    a = grouped(a, row(rows(a), 'order'), row(rows(a), 'stock'), 'ignored');
    expect(row(rows(a), 'stock')).toMatchObject({ given: 'order + review', events: 25 });
    a = dissolved(a, row(rows(a), 'order'));
    expect(names(rows(a))).toEqual(['order', 'review', 'stock', 'payment']);
    expect(a.groups).toEqual([]);
    expect(a.names).toEqual({});
  });

  it('joins two groups, and leaves no lane in two', () => {
    let a = grouped(PLAIN, row(rows(PLAIN), 'order'), row(rows(PLAIN), 'payment'), 'a');
    a = grouped(a, row(rows(a), 'stock'), row(rows(a), 'review'), 'b');
    a = grouped(a, row(rows(a), 'order'), row(rows(a), 'stock'), 'c');
    expect(names(rows(a))).toEqual(['order+payment+stock+review']);
    expect(a.groups).toHaveLength(1);
  });

  it('is read from what was kept as far as it means something', () => {
    let a = grouped(PLAIN, row(rows(PLAIN), 'order'), row(rows(PLAIN), 'payment'), 'a');
    a = pinned(coloured(a, idOf('stock'), 3), rows(a), idOf('stock'));
    expect(readArrangement(JSON.parse(JSON.stringify(a)), 8)).toEqual(a);
    for (const wrong of [null, 7, 'x', [], { order: 3, groups: [{}, null, { id: 'x', lanes: [1] }] }])
      expect(readArrangement(wrong, 8)).toEqual(PLAIN);
    const twice = {
      groups: [
        { id: 1, lanes: ['a', 'b'] },
        { id: 2, lanes: ['b', 'c'] },
      ],
      colours: { x: 99 },
    };
    expect(readArrangement(twice, 8)).toMatchObject({
      groups: [
        { id: 1, lanes: ['a', 'b'] },
        { id: 2, lanes: ['c'] },
      ],
      colours: {},
    });
  });
});
