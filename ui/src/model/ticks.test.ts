import { describe, expect, it } from 'vitest';
import { fractionGroups, numberTicks, rulerContext, timeStep, timeTicks } from './ticks';
import { fromCivil, SECOND } from './time';

const at = fromCivil(2026, 11, 20) + 52_327n * SECOND + 482_113_204n;
const labels = (from: bigint, to: bigint, apart: number): string[] =>
  timeTicks(from, to, timeStep(apart)).map((t) => t.label);

describe('the ruler', () => {
  it('shows every digit that the zoom needs', () => {
    expect(labels(at, at + 20n, 10)).toEqual(['.482\u2009113\u2009210', '.482\u2009113\u2009220']);
    expect(fractionGroups(timeStep(10))).toBe(3);
    expect(rulerContext(at, timeStep(10))).toBe('2026-11-20 14:32:07');
  });

  it.each([
    [1e6, 100n * 1_000_000n, 1],
    [1e9, 100n * SECOND, 0],
  ])('uses as few digits as a step of %s needs', (apart, length, groups) => {
    expect(fractionGroups(timeStep(apart))).toBe(groups);
    expect(timeTicks(at, at + length, timeStep(apart)).length).toBeGreaterThan(90);
  });

  it('counts in hours, days, months and years', () => {
    const from = fromCivil(2026, 11, 20);
    expect(labels(from, from + 86_400n * SECOND, 20_000e9)).toEqual([
      '11-20',
      '06:00',
      '12:00',
      '18:00',
      '11-21',
    ]);
    expect(labels(from, fromCivil(2027, 2, 2), 28 * 86_400e9)).toEqual(['2026-12', '2027-01', '2027-02']);
    expect(labels(fromCivil(1969, 6, 1), fromCivil(1972, 6, 1), 360 * 86_400e9)).toEqual([
      '1970',
      '1971',
      '1972',
    ]);
  });

  it('marks where a greater unit begins', () => {
    const from = fromCivil(2026, 11, 20) - 3600n * SECOND;
    const strong = timeTicks(from, from + 7200n * SECOND, timeStep(1800e9)).filter((t) => t.strong);
    expect(strong.map((t) => t.label)).toEqual(['11-20']);
  });

  it.each([1, 7, 1e3, 4e6, 3e9, 9e10, 5e13, 9e14, 3e16, 1e18])(
    'keeps marks at least %s apart and even',
    (apart) => {
      const ticks = timeTicks(-(2n ** 62n), -(2n ** 62n) + BigInt(Math.round(apart * 12)), timeStep(apart));
      for (const [i, tick] of ticks.entries()) {
        const next = ticks[i + 1];
        // Months differ in length by a tenth at most.
        if (next !== undefined) expect(Number(next.coord - tick.coord)).toBeGreaterThanOrEqual(apart * 0.9);
      }
      expect(ticks.length).toBeLessThan(15);
    },
  );

  it('counts events by 1, 2 and 5', () => {
    expect(numberTicks(0n, 10n, 4).map((t) => t.label)).toEqual(['0', '5', '10']);
    expect(numberTicks(-3n, 3000n, 900).map((t) => t.label)).toEqual(['0', '1,000', '2,000', '3,000']);
    expect(numberTicks(1n, 3n, 0.1).map((t) => t.label)).toEqual(['1', '2', '3']);
  });
});
