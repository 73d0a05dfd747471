import { describe, expect, it } from 'vitest';
import { countOf, hasRank, withoutRank, withRange } from './ranges';
import type { Ranges } from './ranges';

/** The same by a set, for comparison. */
const ranks = (ranges: Ranges): number[] =>
  ranges.flatMap((r) => Array.from({ length: r.to - r.from }, (_, i) => r.from + i));

describe('picked ranges', () => {
  it('join where they touch, and are apart otherwise', () => {
    let ranges = withRange([], { from: 5, to: 7 });
    ranges = withRange(ranges, { from: 10, to: 12 });
    ranges = withRange(ranges, { from: 1, to: 2 });
    expect(ranges).toEqual([
      { from: 1, to: 2 },
      { from: 5, to: 7 },
      { from: 10, to: 12 },
    ]);
    expect(withRange(ranges, { from: 7, to: 10 })).toEqual([
      { from: 1, to: 2 },
      { from: 5, to: 12 },
    ]);
    expect(withRange(ranges, { from: 0, to: 99 })).toEqual([{ from: 0, to: 99 }]);
    expect(withRange(ranges, { from: 3, to: 3 })).toBe(ranges);
  });

  it('are what a set of ranks is, whatever is done', () => {
    let ranges: Ranges = [];
    const set = new Set<number>();
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let step = 0; step < 2000; step++) {
      const from = random(60);
      if (random(3) === 0) {
        ranges = withoutRank(ranges, from);
        set.delete(from);
      } else {
        const to = from + random(6);
        ranges = withRange(ranges, { from, to });
        for (let rank = from; rank < to; rank++) set.add(rank);
      }
      expect(ranks(ranges)).toEqual([...set].sort((a, b) => a - b));
      expect(countOf(ranges)).toBe(set.size);
      const asked = random(70);
      expect(hasRank(ranges, asked)).toBe(set.has(asked));
    }
  });

  it('hold ten million rows as one', () => {
    const all = withRange([], { from: 0, to: 10_000_000 });
    const others = withoutRank(all, 5_000_000);
    expect(others).toHaveLength(2);
    expect(countOf(others)).toBe(9_999_999);
    expect(hasRank(others, 5_000_000)).toBe(false);
  });
});
