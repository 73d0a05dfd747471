import { describe, expect, it } from 'vitest';
import { numberOf, stepCurve } from './curve';

const steps = (...values: (string | null)[]): { at: bigint; json: string | null }[] =>
  values.map((json, i) => ({ at: BigInt(i * 10), json }));

describe('a curve of a field', () => {
  it('keeps each value until the next event changes it', () => {
    const curve = stepCurve(steps('5', '3', '9'), 100, 46);
    expect(curve?.path).toBe('M0,29.7H48L48,43H96L96,3H100');
  });

  it('knows which events set the lowest and the highest value', () => {
    const curve = stepCurve(steps('5', '-3', '9', '-3'), 100, 46);
    expect([curve?.low, curve?.high]).toEqual([1, 2]);
  });

  it('is interrupted while the field is not there', () => {
    expect(stepCurve(steps('1', null, '2'), 100, 46)?.path.match(/M/g)).toHaveLength(2);
  });

  it('is drawn for decimals kept as text, and for nothing that is no number', () => {
    expect(numberOf('"12.50"')).toBe(12.5);
    expect(stepCurve(steps('"12.50"', '"13.00"'), 100, 46)).not.toBeNull();
    expect(stepCurve(steps('"paid"', '"sent"', 'true'), 100, 46)).toBeNull();
    expect(stepCurve(steps('1'), 100, 46)).toBeNull();
  });

  it('stands level when all events of one instant set one value', () => {
    const curve = stepCurve(
      [
        { at: 7n, json: '4' },
        { at: 7n, json: '4' },
      ],
      100,
      46,
    );
    expect(curve?.path).toBe('M0,23H0L0,23H100');
    expect(curve?.xOf(6n)).toBeNull();
    expect(curve?.xOf(8n)).toBe(96);
  });
});
