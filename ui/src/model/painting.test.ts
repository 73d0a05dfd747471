import { describe, expect, it } from 'vitest';
import { PaintCost } from './painting';

describe('the cost of painting', () => {
  it('makes what is cheap follow often, and what is dear seldom', () => {
    const cost = new PaintCost();
    expect(cost.pause(0.05)).toBe(100);
    for (let n = 0; n < 20; n++) cost.note(2);
    expect(cost.pause(0.05)).toBe(100);
    for (let n = 0; n < 40; n++) cost.note(30);
    expect(cost.pause(0.05)).toBeCloseTo(600, 0);
    expect(cost.pause(0.2)).toBeCloseTo(150, 0);
    for (let n = 0; n < 40; n++) cost.note(100);
    expect(cost.pause(0.05)).toBe(1000);
    // While the window was hidden.
    cost.note(60_000);
    expect(cost.pause(0.2)).toBeLessThan(600);
  });

  it('is not taken from one that came beside something else', () => {
    const cost = new PaintCost();
    for (let n = 0; n < 20; n++) cost.note(10);
    cost.note(50);
    expect(cost.pause(0.05)).toBe(400);
  });
});
