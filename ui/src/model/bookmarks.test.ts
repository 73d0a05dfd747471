import { describe, expect, it } from 'vitest';
import { coordOn, inOrder, neighbour, readBookmarks } from './bookmarks';
import type { Bookmark } from './bookmarks';

const at = (id: number, time: string | null, log: string | null = null): Bookmark => ({
  id,
  note: `n${id}`,
  event: null,
  time,
  log,
});

describe('bookmarks', () => {
  const all = [at(1, '900', '2'), at(2, '100', '9'), at(3, null, '5'), at(4, '9007199254740993', '1')];

  it('are in the order of the axis, and those that do not stand on it come last', () => {
    expect(inOrder(all, 'time').map((b) => b.id)).toEqual([2, 1, 4, 3]);
    expect(inOrder(all, 'log').map((b) => b.id)).toEqual([4, 1, 3, 2]);
  });

  it('keep every digit of a time', () => {
    expect(coordOn(all[3] as Bookmark, 'time')).toBe(9007199254740993n);
  });

  it('are gone to one after the other, and around', () => {
    const next = (from: bigint, by: 1 | -1): number | undefined => neighbour(all, 'time', from, by)?.id;
    expect([next(0n, 1), next(100n, 1), next(900n, 1), next(9007199254740993n, 1)]).toEqual([2, 1, 4, 2]);
    expect([next(100n, -1), next(500n, -1)]).toEqual([4, 2]);
    expect(neighbour([], 'time', 0n, 1)).toBeNull();
    expect(neighbour([at(1, null)], 'time', 0n, 1)).toBeNull();
  });

  it('are gone through where several stand at one place', () => {
    const same = [at(1, '5'), at(2, '5'), at(3, '7')];
    expect(neighbour(same, 'time', 5n, 1, 1)?.id).toBe(2);
    expect(neighbour(same, 'time', 5n, 1, 2)?.id).toBe(3);
    expect(neighbour(same, 'time', 5n, -1, 2)?.id).toBe(1);
  });

  it('are read from what was kept as far as it means something', () => {
    const event = { position: 'a@1', stream: 's', type: 'T', version: '3' };
    const sound = { id: 1, note: 'here', event, time: '12', log: null };
    expect(readBookmarks([sound])).toEqual([sound]);
    for (const wrong of [
      null,
      {},
      'x',
      [
        null,
        7,
        { id: -1, time: '1' },
        { id: 2, time: 'noon' },
        { id: 1.5, time: '1' },
        { note: 'x', time: '1' },
      ],
    ])
      expect(readBookmarks(wrong)).toEqual([]);
    expect(readBookmarks([sound, sound])).toHaveLength(1);
    expect(readBookmarks([{ id: 3, note: 9, event: { position: 1 }, time: '4' }])).toEqual([
      { id: 3, note: '', event: null, time: '4', log: null },
    ]);
  });
});
