import { describe, expect, it } from 'vitest';
import { bandsOf, colourOf, curveOf, indexAt, lastAt, placeIn, readValues, ticksOf } from './valueLane';
import type { Placed, Values } from './valueLane';

const of = (changes: readonly (readonly [number, string | null])[]): Values =>
  readValues({
    coords: changes.map(([coord]) => String(coord)),
    places: changes.map((_, i) => i),
    ordinals: changes.map((_, i) => i),
    values: changes.map(([, value]) => value),
    total: changes.length,
  });
const placed = (values: Values, from: bigint, to: bigint, perUnit = 1, x = Number(from) * perUnit): Placed =>
  placeIn(values, [{ from, to, x, perUnit }]);

describe('the values of a field', () => {
  it('are a curve where they are numbers, however they are written, and bands where one is not', () => {
    expect(
      of([
        [1, '1'],
        [2, '"2.50"'],
        [3, null],
        [4, 'null'],
      ]).numbers,
    ).not.toBeNull();
    expect(
      of([
        [1, '1'],
        [2, '"two"'],
      ]).numbers,
    ).toBeNull();
    expect(of([[1, null]]).numbers).toBeNull();
    expect(
      of([
        [1, 'true'],
        [2, 'false'],
      ]).numbers,
    ).toBeNull();
    expect(
      of([
        [1, '5'],
        [2, '-3'],
        [3, '4'],
      ]),
    ).toMatchObject({ least: -3, most: 5 });
  });

  it('keep their digits beside the drawing', () => {
    expect(of([[1, '12345678901234567890.10']]).values).toEqual(['12345678901234567890.10']);
  });

  it('are found at a place, of one moment only what the place includes', () => {
    const values = of([
      [10, '1'],
      [20, '2'],
      [20, '3'],
      [30, '4'],
    ]);
    const at = (coord: string, ordinal: number | null): number =>
      indexAt(values, { axis: 'time', coord, ordinal });
    expect([at('9', null), at('10', null), at('20', null), at('25', null), at('99', null)]).toEqual([
      -1, 0, 2, 2, 3,
    ]);
    expect([at('20', 1), at('20', 0), at('20', 2), at('25', 0)]).toEqual([1, 0, 2, 2]);
    expect(lastAt(values, 5n)).toBe(-1);
  });

  it('lose no lowest and no highest value of a column, and know what goes out of it', () => {
    // A thousand changes a pixel, one of them far out.
    const changes = Array.from(
      { length: 5000 },
      (_, i) => [i, String(i === 2345 ? 1e6 : i === 2346 ? -7 : i % 10)] as const,
    );
    const values = of(changes);
    const { enters, columns } = curveOf(values, placed(values, 0n, 4999n, 1 / 1000));
    expect(enters).toBeNaN();
    expect(columns.map((c) => c.x)).toEqual([0, 1, 2, 3, 4]);
    expect(columns[2]).toEqual({ x: 2, low: -7, high: 1e6, last: 9 });
    expect(columns[3]).toEqual({ x: 3, low: 0, high: 9, last: 9 });
  });

  it('come in from the left with the value that held, and break where there is none', () => {
    const values = of([
      [0, '4'],
      [10, '6'],
      [20, null],
      [30, '1'],
    ]);
    const { enters, columns } = curveOf(values, placed(values, 5n, 40n));
    expect(enters).toBe(4);
    expect(columns).toEqual([
      { x: 10, low: 4, high: 6, last: 6 },
      { x: 20, low: 6, high: 6, last: NaN },
      { x: 30, low: 1, high: 1, last: 1 },
    ]);
  });

  it('are bands from change to change, of which those too narrow are one', () => {
    const values = of([
      [0, '"a"'],
      [40, '"b"'],
      [41, '"c"'],
      [42, '"d"'],
      [43, null],
      [60, '"e"'],
    ]);
    expect(bandsOf(values, placed(values, 10n, 90n), 90)).toEqual([
      { from: 0, to: 40, value: '"a"' },
      { from: 40, to: 43, value: undefined },
      { from: 60, to: 90, value: '"e"' },
    ]);
  });

  it('have one tick a pixel where they changed', () => {
    const values = of([
      [0, '1'],
      [1, '2'],
      [2, '3'],
      [30, '4'],
      [99, '5'],
    ]);
    expect(ticksOf(placed(values, 0n, 50n, 1 / 10))).toEqual([0, 3]);
  });

  it('are placed to the nanosecond where one looks closely, and across folds', () => {
    const START = 1_795_161_600_000_000_000n;
    const values = readValues({
      coords: [START, START + 3n, START + 90_000_000_000_000_000n, START + 90_000_000_000_000_007n].map(
        String,
      ),
      places: [0, 1, 2, 3],
      ordinals: [0, 1, 2, 3],
      values: ['1', '2', '3', '4'],
      total: 4,
    });
    const { first, xs } = placeIn(values, [
      { from: START + 1n, to: START + 10n, x: 0, perUnit: 10 },
      { from: START + 90_000_000_000_000_000n, to: START + 90_000_000_000_000_010n, x: 200, perUnit: 10 },
    ]);
    expect([first, ...xs]).toEqual([1, 20, 200, 270]);
    expect(placeIn(values, [])).toEqual({ first: 0, xs: new Float64Array() });
  });

  it('have the same colour for the same value', () => {
    expect(colourOf('"paid"', 8)).toBe(colourOf('"paid"', 8));
    expect(
      new Set(['"placed"', '"paid"', '"shipped"', '"cancelled"'].map((v) => colourOf(v, 8))).size,
    ).toBeGreaterThan(2);
  });
});
