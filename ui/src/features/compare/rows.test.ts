import { describe, expect, it } from 'vitest';
import { rowAt, rowCount, rowOf } from './rows';

const GROUPS = [
  { category: 'missing', count: 3 },
  { category: 'conflict', count: 1 },
  { category: 'late', count: 2 },
];

describe('a grouped list of findings', () => {
  it('has a head before each category, and every finding once', () => {
    const rows = Array.from({ length: rowCount(GROUPS, 6) }, (_, i) => {
      const row = rowAt(GROUPS, i);
      return row.kind === 'head' ? row.group.category : row.place;
    });
    expect(rows).toEqual(['missing', 0, 1, 2, 'conflict', 3, 'late', 4, 5]);
  });

  it('finds the row of every finding again', () => {
    for (let place = 0; place < 6; place++) {
      expect(rowAt(GROUPS, rowOf(GROUPS, place))).toEqual({ kind: 'finding', place });
    }
  });

  it('has no heads when it is by time', () => {
    expect(rowCount([], 6)).toBe(6);
    expect(rowAt([], 4)).toEqual({ kind: 'finding', place: 4 });
    expect(rowOf([], 4)).toBe(4);
  });
});
