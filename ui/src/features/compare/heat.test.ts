import { describe, expect, it } from 'vitest';
import type { Does } from '../../keys/focused';
import { darkness, foundAgain, moved, stretch } from './heat';
import type { Place } from './heat';

const row = (
  ...columns: number[]
): { cells: { column: number; count: number; status: 'confirmed'; first: number }[] } => ({
  cells: columns.map((column) => ({ column, count: 1, status: 'confirmed', first: 0 })),
});
const ROWS = [row(2, 9), row(), row(1, 5, 8)];
const walk = (keys: Does[]): (Place | null)[] => {
  let at: Place | null = null;
  return keys.map((key) => (at = moved(ROWS, at, key) ?? at));
};

describe('the map of findings', () => {
  it('is walked through by arrows, from one cell with findings to the next', () => {
    expect(walk(['down', 'right', 'right', 'down', 'left', 'first', 'up'])).toEqual([
      { row: 0, column: 2 },
      { row: 0, column: 9 },
      { row: 0, column: 9 },
      // A row without cells is passed over; the nearest column counts.
      { row: 2, column: 8 },
      { row: 2, column: 5 },
      { row: 2, column: 1 },
      { row: 0, column: 2 },
    ]);
  });

  it('leads nowhere when there is nothing', () => {
    expect(moved([], null, 'down')).toBeNull();
    expect(moved([row()], null, 'down')).toBeNull();
    expect(moved(ROWS, null, 'up')).toBeNull();
  });

  it('keeps the cell one is at when it is cut otherwise, in its stream and at its time', () => {
    const map = (
      columns: number,
      ...rows: [string, ReturnType<typeof row>][]
    ): Parameters<typeof foundAgain>[0] => ({
      from: '0',
      to: '1000',
      columns,
      rows: rows.map(([stream, { cells }]) => ({ stream, cells })),
    });
    const wide = map(100, ['a', row(3, 50)], ['b', row(7, 52, 90)]);
    const narrow = map(10, ['b', row(0, 5, 9)], ['a', row(0, 5)]);
    expect(foundAgain(wide, narrow, { row: 1, column: 52 })).toEqual({ row: 0, column: 5 });
    expect(foundAgain(wide, narrow, { row: 0, column: 3 })).toEqual({ row: 1, column: 0 });
    expect(foundAgain(wide, wide, { row: 1, column: 90 })).toEqual({ row: 1, column: 90 });
    expect(foundAgain(wide, map(10, ['b', row(0)]), { row: 0, column: 3 })).toBeNull();
    expect(foundAgain(wide, narrow, null)).toBeNull();
    const uneven = {
      ...map(47, ['a', row(...Array(47).keys())]),
      from: '1700000000000000001',
      to: '1700043217123456789',
    };
    for (let column = 0; column < 47; column++)
      expect(foundAgain(uneven, uneven, { row: 0, column })).toEqual({ row: 0, column });
  });

  it('cuts its stretch into columns without a rest', () => {
    const heat = { from: '0', to: '10', columns: 3 };
    expect([0, 1, 2].map((c) => stretch(heat, c))).toEqual([
      [0n, 3n],
      [3n, 6n],
      [6n, 10n],
    ]);
  });

  it('is darker where there are more findings, and never too light to see', () => {
    expect(darkness(1, 100)).toBeGreaterThan(0.4);
    expect(darkness(100, 100)).toBe(1);
    expect(darkness(4, 100)).toBeGreaterThan(darkness(1, 100));
  });
});
