import { describe, expect, it } from 'vitest';
import {
  clampView,
  extentOn,
  fitView,
  fold,
  fromLine,
  lineToX,
  normalise,
  pan,
  roundTo,
  toLine,
  visibleRanges,
  xToLine,
  zoom,
} from './axis';

const DAY = 86_400_000_000_000n;
const NOW = 1_795_185_127_482_113_204n;

describe('a view', () => {
  it('reaches as far on the strip of the whole as it shows, in a log of three events too', () => {
    const f = fold(0n, 2n, []);
    const whole = fitView(f.length);
    expect(extentOn(whole, whole, 1000)).toEqual({ from: 0, to: 1000 });
    const half = extentOn(whole, { ...whole, span: whole.span / 2 }, 1000);
    expect(half.from).toBeCloseTo(0, 9);
    expect(half.to).toBeCloseTo(500, 9);
  });

  it('keeps single nanoseconds apart after zooming in from years', () => {
    const f = fold(NOW - 3650n * DAY, NOW + 3650n * DAY, []);
    const at = toLine(f, NOW);
    let view = fitView(f.length);
    for (let i = 0; i < 200; i++) view = zoom(view, 0.7, lineToX(view, at, 1000), 1000, 200, 1e18);
    expect(view.span).toBe(200);
    const x = lineToX(view, at, 1000);
    expect(lineToX(view, at + 1n, 1000) - x).toBeCloseTo(5, 9);
    expect(xToLine(view, x, 1000)).toBe(at);
    expect(fromLine(f, xToLine(view, x + 5, 1000))).toBe(NOW + 1n);
  });

  it('keeps what is under the pointer there while zooming', () => {
    const view = normalise(123_456n, 0.25, 1000);
    const under = xToLine(view, 300, 800);
    const closer = zoom(view, 0.5, 300, 800, 10, 1e9);
    expect(Math.abs(lineToX(closer, under, 800) - 300)).toBeLessThan(1.01);
  });

  it('comes back after panning there and back', () => {
    const view = normalise(NOW, 0.5, 333.3);
    const there = pan(pan(view, 1234.5, 777), -1234.5, 777);
    expect(there.from).toBe(view.from);
    expect(there.frac).toBeCloseTo(view.frac, 6);
  });

  it('stays near the data', () => {
    expect(clampView(normalise(-10_000n, 0, 100), 1000n).from).toBe(-90n);
    expect(clampView(normalise(10_000n, 0, 100), 1000n).from).toBe(990n);
    const inside = normalise(100n, 0.5, 100);
    expect(clampView(inside, 1000n)).toEqual(inside);
  });
});

describe('folded gaps', () => {
  const gaps = [
    { from: 700n, to: 1700n },
    { from: 100n, to: 600n },
    { from: 1990n, to: 1992n },
  ];
  const f = fold(0n, 2000n, gaps);

  it('fold only what is long', () => {
    expect(f.segments.map((s) => [s.from, s.to])).toEqual([
      [0n, 100n],
      [600n, 700n],
      [1700n, 2000n],
    ]);
    expect(f.length).toBe(500n + 2n * f.gapLength);
  });

  it('keep the order of all coordinates, and every coordinate outside gaps', () => {
    let last = -1n;
    for (let c = 0n; c <= 2000n; c++) {
      const line = toLine(f, c);
      expect(line).toBeGreaterThanOrEqual(last);
      last = line;
      const inGap = (c > 100n && c < 600n) || (c > 700n && c < 1700n);
      if (!inGap) expect(fromLine(f, line)).toBe(c);
    }
    expect(last).toBe(f.length);
  });

  it('extend to both sides of the data', () => {
    expect(toLine(f, -5n)).toBe(-5n);
    expect(fromLine(f, -5n)).toBe(-5n);
    expect(fromLine(f, f.length + 5n)).toBe(2005n);
  });

  it('leave out of the visible ranges what is folded', () => {
    const ranges = visibleRanges(f, 50n, f.length);
    expect(ranges.map((r) => [r.from, r.to])).toEqual([
      [50n, 101n],
      [600n, 701n],
      [1700n, 2001n],
    ]);
  });

  it('stay where they are all there is', () => {
    expect(fold(0n, 1000n, [{ from: 0n, to: 1000n }]).segments).toEqual([{ from: 0n, to: 1000n, at: 0n }]);
    const three = fold(0n, 9000n, [
      { from: 0n, to: 1000n },
      { from: 1000n, to: 9000n },
    ]);
    expect(three.segments).toEqual([
      { from: 0n, to: 1000n, at: 0n },
      { from: 9000n, to: 9000n, at: 2000n },
    ]);
    expect(three.length).toBe(2000n);
  });

  it('cope with a history of one instant', () => {
    const one = fold(5n, 5n, []);
    expect(one.length).toBe(1n);
    expect(toLine(one, 5n)).toBe(0n);
    expect(visibleRanges(one, -1n, 1n)).toHaveLength(1);
  });
});

it('rounds to digits that a pixel can mean', () => {
  expect(roundTo(NOW, 57e9)).toBe(1_795_185_130_000_000_000n);
  expect(roundTo(NOW, 3)).toBe(NOW);
  expect(roundTo(-14n, 10)).toBe(-10n);
});
