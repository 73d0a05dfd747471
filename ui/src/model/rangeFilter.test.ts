import { describe, expect, it } from 'vitest';
import { clauseOf, rangeIn, withoutRange, withRange } from './rangeFilter';

const FROM = 1_795_161_600_000_000_001n;
const TO = FROM + 90_000_000_000n;
const CLAUSE = 'time >= "2026-11-20T08:00:00.000000001Z" && time < "2026-11-20T08:01:30.000000001Z"';

describe('a range as a filter', () => {
  it('says its ends to the last digit', () => {
    expect(clauseOf(FROM, TO)).toBe(CLAUSE);
  });

  it.each([
    ['', CLAUSE],
    ['type == "a"', `type == "a" && ${CLAUSE}`],
    ['type == "a" || type == "b"', `(type == "a" || type == "b") && ${CLAUSE}`],
    ['a ? b : c', `(a ? b : c) && ${CLAUSE}`],
    ['(a || b) && c', `(a || b) && c && ${CLAUSE}`],
    ['find("a || b")', `find("a || b") && ${CLAUSE}`],
    [String.raw`stream == "x\" || y"`, String.raw`stream == "x\" || y" && ${CLAUSE}`],
  ])('is put into %s, and taken out again', (filter, narrowed) => {
    expect(withRange(filter, FROM, TO)).toBe(narrowed);
    expect(rangeIn(narrowed)).toBe(CLAUSE);
    expect(withoutRange(narrowed)).toBe(filter);
    // Another range takes its place.
    expect(withRange(narrowed, FROM + 1n, TO)).toBe(withRange(filter, FROM + 1n, TO));
  });

  it('is not seen in what is none', () => {
    for (const filter of [
      '',
      'time >= "x"',
      'time < "b" && time >= "a"',
      `${CLAUSE} && type == "a"`,
      `!(${CLAUSE})`,
    ]) {
      expect(rangeIn(filter)).toBeNull();
      expect(withoutRange(filter)).toBe(filter);
    }
  });

  it('leaves brackets that belong to the filter', () => {
    expect(withoutRange(`(a) && (b || c) && ${CLAUSE}`)).toBe('(a) && (b || c)');
    expect(withoutRange(`(a && b) && ${CLAUSE}`)).toBe('(a && b)');
  });
});
