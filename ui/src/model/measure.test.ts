import { describe, expect, it } from 'vitest';
import { rateOf } from './measure';

const S = 1_000_000_000n;

describe('a rate', () => {
  it.each([
    [10, 10n * S, '1', 's'],
    [3, 2n * S, '1.5', 's'],
    [10, 3n * S, '≈3.333', 's'],
    [2, 3n * S, '40', 'min'],
    [1, 3600n * S, '1', 'h'],
    [1, 365n * 86_400n * S, '≈0.003', 'd'],
    [1_000_000, S, '1,000,000', 's'],
    [1_000_001, 3n * S, '≈333,334', 's'],
    [1, 1n, '1,000,000,000', 's'],
    [9999, 10_000n * S, '≈59.99', 'min'],
    [2, 1_999_999_999n, '≈1', 's'],
  ])('of %s events in %s ns is %s a %s', (events, nanos, text, per) => {
    expect(rateOf(events, nanos)).toEqual({ text, per });
  });

  it('is none where no time passes or nothing happens', () => {
    expect(rateOf(5, 0n)).toBeNull();
    expect(rateOf(0, S)).toBeNull();
  });
});
