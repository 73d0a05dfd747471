import { describe, expect, it } from 'vitest';
import { fold } from '../../model/axis';
import { barsOfSide, countAt, peakOf, stretchesOf } from './sides';

const FOLD = fold(0n, 100n, []);
const VIEW = { from: 0n, frac: 0, span: 100 };

describe('the events of both sides', () => {
  it('are read column by column, span after span', () => {
    const spans = [
      { from: '0', to: '10', columns: 2 },
      { from: '50', to: '60', columns: 1 },
    ];
    expect(stretchesOf(spans, new Uint32Array([0, 3, 7]).buffer)).toEqual([
      { from: 5n, to: 10n, count: 3 },
      { from: 50n, to: 60n, count: 7 },
    ]);
  });

  it('are drawn on one scale', () => {
    const [left, right] = [[{ from: 0n, to: 10n, count: 4 }], [{ from: 0n, to: 10n, count: 16 }]];
    const peak = peakOf(left, right);
    const share = (side: typeof left): number | undefined =>
      barsOfSide(side, peak, FOLD, VIEW, 1000, 'sqrt')[0]?.share;
    expect([share(left), share(right)]).toEqual([0.5, 1]);
    expect(barsOfSide(left, peak, FOLD, VIEW, 1000, 'linear')[0]?.share).toBe(0.25);
  });

  it('are left out where they are out of sight', () => {
    expect(
      barsOfSide([{ from: 90n, to: 95n, count: 1 }], 1, FOLD, { ...VIEW, span: 50 }, 1000, 'sqrt'),
    ).toEqual([]);
  });

  it('are told under the pointer', () => {
    const side = [
      { from: 0n, to: 10n, count: 4 },
      { from: 10n, to: 20n, count: 2 },
    ];
    expect([0n, 9n, 10n, 20n].map((coord) => countAt(side, coord))).toEqual([4, 4, 2, 0]);
  });
});
