import { describe, expect, it } from 'vitest';
import { barsOf, runsOf } from './overview';
import type { Bar } from './overview';

const bars = (
  length: number,
  at: Record<number, number>,
  least: number,
  scale: 'sqrt' | 'linear' = 'sqrt',
): Bar[] | null => {
  const counts = new Float32Array(length);
  for (const [x, n] of Object.entries(at)) counts[Number(x)] = n;
  return barsOf(runsOf(counts), length, least, scale);
};

describe('the strip of the whole with few events', () => {
  it('has a bar for each, all of one height, wherever the counts were cut', () => {
    expect(bars(100, { 10: 1, 50: 0.5, 51: 0.5, 90: 1 }, 2)).toEqual([
      { from: 10, width: 2, share: 1 },
      { from: 50, width: 2, share: 1 },
      { from: 90, width: 2, share: 1 },
    ]);
  });

  it('keeps bars at both ends inside', () => {
    expect(bars(40, { 0: 1, 39: 1 }, 4)?.map((b) => [b.from, b.from + b.width])).toEqual([
      [0, 4],
      [36, 40],
    ]);
  });

  it('shows several at once by their height', () => {
    expect(bars(80, { 3: 100, 30: 400 }, 1)?.map((b) => b.share)).toEqual([0.5, 1]);
    expect(bars(80, { 3: 1, 30: 4 }, 1, 'linear')?.map((b) => b.share)).toEqual([0.25, 1]);
  });

  it('is a density where they do not stand apart', () => {
    const every = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i * 4, 1]));
    expect(bars(40, every, 2)).toBeNull();
    expect(bars(200, { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1 }, 2)).toBeNull();
    expect(bars(40, {}, 2)).toEqual([]);
  });
});
