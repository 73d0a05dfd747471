/** The rows of a list of findings: a head before each category when it is grouped. */
export interface Group {
  category: string;
  count: number;
}

export type ListRow = { kind: 'head'; group: Group } | { kind: 'finding'; place: number };

/** How many rows there are: of `total` findings, and of the heads. */
export const rowCount = (groups: readonly Group[], total: number): number => total + groups.length;

/** What stands in a row. */
export function rowAt(groups: readonly Group[], row: number): ListRow {
  let start = 0;
  let place = 0;
  for (const group of groups) {
    if (row === start) return { kind: 'head', group };
    if (row <= start + group.count) return { kind: 'finding', place: place + row - start - 1 };
    start += group.count + 1;
    place += group.count;
  }
  return { kind: 'finding', place: place + row - start };
}

/** The row of a finding, by its place among the findings. */
export function rowOf(groups: readonly Group[], place: number): number {
  let heads = 0;
  let before = 0;
  for (const group of groups) {
    if (place < before) break;
    heads++;
    before += group.count;
  }
  return place + heads;
}
