import { describe, expect, it } from 'vitest';
import { laneAt, laneBox, layoutFor, STRIP, valueBox } from './layout';

describe('the lanes of the timeline', () => {
  it('share the room while they fit, and nothing is hidden', () => {
    const l = layoutFor(1000, 300, 4);
    expect([l.first, l.end, l.above, l.below, l.mostScroll]).toEqual([0, 4, 0, 0, 0]);
    expect(laneBox(l, 3).bottom).toBeLessThanOrEqual(l.lanesBottom);
  });

  it('keep the height of their names when there are many, and say how many are out of sight', () => {
    const l = layoutFor(1000, 300, 40);
    const room = l.lanesBottom - l.lanesTop;
    expect(l.laneHeight).toBe(20);
    expect(l.end).toBe(Math.ceil(room / 20));
    expect(l.above).toBe(0);
    expect(l.below).toBe(40 - Math.round(room / 20));
  });

  it('scroll to their last one and no further', () => {
    const l = layoutFor(1000, 300, 40, 1e6);
    expect(l.scroll).toBe(l.mostScroll);
    expect(l.end).toBe(40);
    expect(l.below).toBe(0);
    expect(laneBox(l, 39).bottom).toBeCloseTo(l.lanesBottom, 0);
  });

  it('are found under the pointer where they are drawn', () => {
    const l = layoutFor(1000, 300, 40, 130);
    const { top, bottom } = laneBox(l, 9);
    expect(laneAt(l, (top + bottom) / 2, 40)).toBe(9);
    expect(laneAt(l, l.lanesTop - 1, 40)).toBeNull();
    expect(laneAt(l, l.lanesBottom + 1, 40)).toBeNull();
  });

  it('make room for lanes of values, below them and above the findings', () => {
    for (const strip of [false, true]) {
      const l = layoutFor(1000, 360, 4, 0, strip, strip, 2);
      expect(l.lanesBottom).toBeLessThan(l.valuesTop);
      expect(valueBox(l, 1).bottom).toBeLessThanOrEqual((l.stripTop ?? l.minimapTop) - l.sideHeight);
      expect(l.linesBottom).toBeGreaterThanOrEqual(valueBox(l, 1).bottom);
      expect(l.linesBottom).toBeLessThan(l.minimapTop);
      expect(l.valueHeight).toBeGreaterThanOrEqual(26);
    }
    const low = layoutFor(1000, 205, 4, 0, true, true, 3);
    expect(low.valuesTop).toBeGreaterThanOrEqual(low.lanesTop + 20);
    expect(valueBox(low, 2).bottom).toBeLessThanOrEqual((low.stripTop ?? 0) - low.sideHeight);
    const without = layoutFor(1000, 360, 4);
    expect(without.linesBottom).toBe(without.lanesBottom);
  });

  it('make room for the findings of a comparison, which lie between them and the whole', () => {
    const [without, l] = [layoutFor(1000, 300, 4), layoutFor(1000, 300, 4, 0, true)];
    expect(without.stripTop).toBeNull();
    expect(l.minimapTop).toBe(without.minimapTop);
    // Between the events of both sides.
    expect((l.stripTop ?? 0) - l.sideHeight).toBeGreaterThan(l.lanesBottom);
    expect((l.stripTop ?? 0) + STRIP + l.sideHeight).toBeLessThan(l.minimapTop);
    expect(l.sideHeight).toBeGreaterThanOrEqual(18);
  });
});
