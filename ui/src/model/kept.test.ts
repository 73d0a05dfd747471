import { describe, expect, it } from 'vitest';
import { PLAIN } from './arrangement';
import { readKept } from './kept';
import type { Kept } from './kept';

const WHOLE: Kept = {
  axis: 'log',
  laneBy: 'type',
  foldGaps: false,
  scale: 'linear',
  view: { axis: 'log', from: '-12', frac: 0.25, span: 90.5 },
  laneScroll: 40,
  range: { axis: 'log', from: '3', to: '9' },
  playhead: { place: { axis: 'log', coord: '7', ordinal: 7 }, position: 'a[0]@7' },
  filter: 'type == "T"',
  stream: 'order-1',
  chosen: true,
  selected: { position: 'a[0]@6', ordinal: 6 },
  pinned: '/total',
  tab: 'diff',
  from: { place: { axis: 'time', coord: '1795161600000000001', ordinal: null }, position: null },
  to: null,
  fromText: 'v1',
  toText: 'end',
  bookmarks: [{ id: 1, note: 'here', event: null, time: '1795161600000000001', log: null }],
  lanes: { category: { ...PLAIN, pinned: ['lane a'] }, type: PLAIN, stream: PLAIN },
  watches: [{ stream: 'order-1', path: '/total' }],
  validTimes: true,
};

describe('what is kept of a source', () => {
  it('comes back exactly', () => {
    expect(readKept(JSON.stringify(WHOLE), 8)).toEqual(WHOLE);
  });

  it('is nothing where the text cannot be read', () => {
    for (const wrong of [null, '', '{', '[]', '7', 'null', '"x"']) expect(readKept(wrong, 8)).toBeNull();
  });

  it('is as at first where a part of it means nothing', () => {
    const first = readKept('{}', 8);
    expect(first).toMatchObject({ axis: 'time', view: null, playhead: null, bookmarks: [], tab: 'state' });
    for (const name of Object.keys(WHOLE))
      for (const wrong of [
        null,
        7,
        'x',
        -1,
        {},
        [],
        [null],
        { place: {} },
        { axis: 'time', from: 'x' },
        true,
        1e99,
      ]) {
        const read = readKept(JSON.stringify({ ...WHOLE, [name]: wrong }), 8);
        const others = { ...WHOLE, [name]: read?.[name as keyof Kept] };
        expect(read, `${name}: ${JSON.stringify(wrong)}`).toEqual(others);
        // What was taken is itself kept and read alike.
        expect(readKept(JSON.stringify(read), 8)).toEqual(read);
      }
  });

  it('takes no number that is none of 64 bits', () => {
    const place = { place: { axis: 'log', coord: '9999999999999999999', ordinal: null }, position: null };
    expect(readKept(JSON.stringify({ playhead: place }), 8)?.playhead).toBeNull();
  });
});
