import { describe, expect, it } from 'vitest';
import { stepsPath } from './steps';

describe('a step line of counts', () => {
  it('is drawn where there is anything, a step for each change', () => {
    expect(stepsPath([0, 1, 1, 2, 0, 0], 6, 60, 13, 2)).toBe('M10 13V8H30V3H40V13Z');
  });

  it('ends where no more is known', () => {
    expect(stepsPath([1], 4, 40, 13, 1)).toBe('M0 13V3H10V13Z');
  });

  it('is nothing where nothing ever was', () => {
    expect(stepsPath([0, 0], 2, 20, 13, 0)).toBe('');
  });
});
