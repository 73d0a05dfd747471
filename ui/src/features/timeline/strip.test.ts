import { describe, expect, it } from 'vitest';
import { fitView, fold } from '../../model/axis';
import { boxesOf, spansOf, tilesOf } from './strip';

const counts = (...columns: number[][]): ArrayBuffer => new Uint32Array(columns.flat()).buffer;

describe('the strip of findings', () => {
  it('asks for what is in sight, and for no gap that is folded', () => {
    const whole = fold(0n, 10_000n, [{ from: 1000n, to: 9000n }]);
    const spans = spansOf(whole, fitView(whole.length), 400);
    expect(spans.map((s) => [s.from, s.to])).toEqual([
      ['0', '1001'],
      ['9000', '10001'],
    ]);
    expect(spans.reduce((sum, s) => sum + s.columns, 0)).toBeLessThanOrEqual(101);
  });

  it('asks for no more columns than there are coordinates', () => {
    const few = fold(0n, 3n, []);
    expect(spansOf(few, fitView(few.length), 400)).toEqual([{ from: '0', to: '4', columns: 4 }]);
  });

  it('shows what is certain before what may heal', () => {
    const spans = [
      { from: '0', to: '10', columns: 2 },
      { from: '100', to: '110', columns: 1 },
    ];
    const answer = counts([3, 1, 0, 0], [0, 0, 0, 0], [1, 0, 2, 0]);
    expect(tilesOf(spans, answer)).toEqual([
      { from: 0n, to: 5n, count: 4, status: 'confirmed' },
      { from: 100n, to: 110n, count: 3, status: 'pending' },
    ]);
  });

  it('draws a lone finding wide enough to be seen, at its place in another view', () => {
    const line = fold(0n, 1000n, []);
    const tiles = [{ from: 500n, to: 501n, count: 1, status: 'healed' as const }];
    const [near] = boxesOf(tiles, line, { from: 400n, frac: 0, span: 200 }, 400);
    expect(near).toMatchObject({ left: 200, width: 4, share: 1 });
    expect(boxesOf(tiles, line, { from: 600n, frac: 0, span: 200 }, 400)).toEqual([]);
  });
});
