import { describe, expect, it } from 'vitest';
import {
  civil,
  dateTimeText,
  daysFromCivil,
  durationIn,
  exactDurationIn,
  fractionText,
  fromCivil,
  groupDigits,
  momentText,
  rfc3339,
  shortCount,
  splitRfc3339,
  timeText,
} from './time';

describe('times', () => {
  it.each([
    [0n, '1970-01-01T00:00:00Z'],
    [1n, '1970-01-01T00:00:00.000000001Z'],
    [-1n, '1969-12-31T23:59:59.999999999Z'],
    [1_795_185_127_482_113_204n, '2026-11-20T14:32:07.482113204Z'],
    [-9_223_372_036_854_775_808n, '1677-09-21T00:12:43.145224192Z'],
    [9_223_372_036_854_775_807n, '2262-04-11T23:47:16.854775807Z'],
  ])('%s nanoseconds are %s', (nanos, text) => {
    expect(rfc3339(nanos)).toBe(text);
  });

  it('agree with the platform on every day of four centuries', () => {
    for (let day = -150_000; day < 150_000; day += 37) {
      const c = civil(BigInt(day) * 86_400_000_000_000n);
      const d = new Date(day * 86_400_000);
      expect([c.year, c.month, c.day]).toEqual([d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate()]);
      expect(daysFromCivil(c.year, c.month, c.day)).toBe(day);
    }
  });

  it('carry months over the year', () => {
    expect(rfc3339(fromCivil(2026, 13, 1))).toBe('2027-01-01T00:00:00Z');
    expect(rfc3339(fromCivil(2026, 0, 1))).toBe('2025-12-01T00:00:00Z');
  });

  it('show digits in groups of three and drop only groups of zeros', () => {
    expect(fractionText(0)).toBe('');
    expect(fractionText(0, 3)).toBe('.000\u2009000\u2009000');
    expect(fractionText(482_000_000)).toBe('.482');
    expect(fractionText(482_100_000)).toBe('.482\u2009100');
    expect(timeText(1_795_185_127_482_113_204n)).toBe('14:32:07.482\u2009113\u2009204');
    expect(dateTimeText(1_795_185_127_000_000_000n, 1)).toBe('2026-11-20 14:32:07.000');
  });

  it('split RFC 3339 without adding or losing a digit', () => {
    expect(splitRfc3339('2026-11-20T14:32:07.4821Z')).toEqual({
      date: '2026-11-20',
      clock: '14:32:07.482\u20091',
      zone: 'Z',
    });
    expect(splitRfc3339('2026-11-20T14:32:07+08:00')).toEqual({
      date: '2026-11-20',
      clock: '14:32:07',
      zone: '+08:00',
    });
    expect(splitRfc3339('nonsense').clock).toBe('nonsense');
  });
});

describe('lengths and counts', () => {
  const durationText = (nanos: bigint): string => durationIn(nanos, (unit) => unit);

  it('read in their two greatest units', () => {
    expect(durationText(47n * 60_000_000_000n)).toBe('47 min');
    expect(durationText(7_260_000_000_000n)).toBe('2 h 1 min');
    expect(durationText(1_500n)).toBe('1 µs 500 ns');
    expect(durationText(0n)).toBe('0 ns');
    expect(durationText(-1_000_000n)).toBe('−1 ms');
  });

  it('group digits and never round up', () => {
    expect(groupDigits('1204331')).toBe('1,204,331');
    expect(groupDigits('-1000')).toBe('-1,000');
    expect(shortCount(9_999)).toBe('9,999');
    expect(shortCount(999_999)).toBe('999k');
    expect(shortCount(1_999_999)).toBe('1.9M');
  });
});

describe('a moment on an axis', () => {
  const day = 86_400_000_000_000n;
  it('has its date where the axis is longer than a day', () => {
    expect(momentText(day * 3n, day, day * 4n)).toBe('1970-01-04 00:00:00');
    expect(momentText(day * 3n, day * 3n, day * 4n)).toBe('00:00:00');
  });
});

describe('an exact length of time', () => {
  const said = (nanos: bigint): string => exactDurationIn(nanos, (unit) => unit).replaceAll('\u2009', ' ');

  it('has all its units and all its digits', () => {
    expect(said(3_602_000_000_005n)).toBe('1 h 0 min 2.000 000 005 s');
    expect(said(90_061_500_000_000n)).toBe('1 d 1 h 1 min 1.500 s');
    expect([said(0n), said(1n), said(-61_000_000_000n)]).toEqual(['0 s', '0.000 000 001 s', '−1 min 1 s']);
    expect(said(9_223_372_036_854_775_807n)).toBe('106,751 d 23 h 47 min 16.854 775 807 s');
  });
});
