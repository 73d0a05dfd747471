/** What is picked of a list: stretches of ranks, in order and apart from each other, so that ten million rows are one of them. */

/** From a rank to the one before `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export type Ranges = readonly Range[];

/** The ranges and a further one, together where they touch. */
export function withRange(ranges: Ranges, { from, to }: Range): Ranges {
  if (to <= from) return ranges;
  const before = ranges.filter((r) => r.to < from);
  const after = ranges.filter((r) => r.from > to);
  const touched = ranges.filter((r) => r.to >= from && r.from <= to);
  const joined = {
    from: Math.min(from, ...touched.map((r) => r.from)),
    to: Math.max(to, ...touched.map((r) => r.to)),
  };
  return [...before, joined, ...after];
}

/** The ranges without one rank. */
export function withoutRank(ranges: Ranges, rank: number): Ranges {
  return ranges.flatMap((r) =>
    rank < r.from || rank >= r.to
      ? [r]
      : [
          { from: r.from, to: rank },
          { from: rank + 1, to: r.to },
        ].filter((part) => part.to > part.from),
  );
}

/** Whether a rank is among them: they may be many, and a list asks for every row it shows. */
export function hasRank(ranges: Ranges, rank: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (rank < range.from) high = middle;
    else if (rank >= range.to) low = middle + 1;
    else return true;
  }
  return false;
}

export const countOf = (ranges: Ranges): number => ranges.reduce((n, r) => n + r.to - r.from, 0);
