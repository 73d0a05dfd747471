import { describe, expect, it } from 'vitest';
import { boundsOf, isSound, millis, partitionsOf } from './range';
import type { RangeWish } from './range';

const wish = (part: Partial<RangeWish>): RangeWish => ({
  from: 'beginning',
  number: '',
  time: '',
  until: '',
  ...part,
});

describe('the range of a capture', () => {
  it('reads times, in UTC where they say no zone', () => {
    expect(millis('2026-11-20')).toBe(Date.UTC(2026, 10, 20));
    expect(millis(' 2026-11-20 19:02 ')).toBe(Date.UTC(2026, 10, 20, 19, 2));
    expect(millis('2026-11-20T19:02:03.5+02:00')).toBe(Date.UTC(2026, 10, 20, 17, 2, 3, 500));
    for (const text of ['', 'yesterday', '2026-13-01', '20:00']) expect(millis(text)).toBeNull();
  });

  it('is said in the words of kcat', () => {
    expect(boundsOf(wish({}))).toEqual(['beginning']);
    expect(boundsOf(wish({ from: 'last', number: '100' }))).toEqual(['-100']);
    expect(boundsOf(wish({ from: 'offset', number: '7', until: '1970-01-02' }))).toEqual(['7', 'e@86400000']);
    expect(boundsOf(wish({ from: 'time', time: '1970-01-01T00:00:01Z' }))).toEqual(['s@1000']);
  });

  it('takes an end by offset, and both ends by how long ago', () => {
    expect(boundsOf(wish({ until: '200' }))).toEqual(['beginning', '..200']);
    expect(boundsOf(wish({ from: 'time', time: ' -15m', until: '-5m' }))).toEqual(['s@-15m', 'e@-5m']);
    for (const text of ['-15', '-m', '-15x', '15m']) expect(isSound(wish({ until: text }))).toBe(false);
  });

  it('is of some partitions or all', () => {
    expect(partitionsOf(' ')).toEqual([]);
    expect(partitionsOf('0, 2,2')).toEqual([0, 2]);
    for (const text of ['0,', 'a', '-1', '1.5']) expect(partitionsOf(text)).toBeNull();
  });

  it('is refused where a number or a time is missing', () => {
    expect(isSound(wish({ from: 'end' }))).toBe(true);
    expect(isSound(wish({ from: 'last' }))).toBe(false);
    expect(isSound(wish({ from: 'offset', number: '-1' }))).toBe(false);
    expect(isSound(wish({ from: 'time', time: 'soon' }))).toBe(false);
    expect(isSound(wish({ until: 'soon' }))).toBe(false);
  });
});
