import { describe, expect, it } from 'vitest';
import { pairsOf, ValidTimes } from './validity';

describe('valid times beside recorded times', () => {
  it('are asked for once, until what was known means nothing', () => {
    const times = new ValidTimes();
    times.begin('a');
    expect(times.missing([1, 2, 3], 2)).toEqual([1, 2]);
    times.take([1, 2], ['5', null]);
    expect(times.missing([1, 2, 3], 9)).toEqual([3]);
    expect([times.of(1), times.of(2), times.of(9)]).toEqual([5n, null, null]);
    times.begin('a');
    expect(times.missing([1], 9)).toEqual([]);
    times.begin('b');
    expect(times.missing([1], 9)).toEqual([1]);
  });

  it('are told of events that have another one, to the nanosecond', () => {
    const times = new ValidTimes();
    times.take([7, 8, 9], ['1795161600000000001', null, '1795161600000000000']);
    const marks = {
      coords: [1795161600000000000n, 2n, 1795161600000000000n],
      ordinals: [7, 8, 9],
      lanes: [3, 3, 1],
    };
    expect(pairsOf(marks, times)).toEqual([
      { recorded: 1795161600000000000n, valid: 1795161600000000001n, lane: 3 },
    ]);
  });
});
