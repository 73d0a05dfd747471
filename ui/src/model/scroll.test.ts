import { describe, expect, it } from 'vitest';
import {
  contentHeight,
  lastTop,
  MAX_HEIGHT,
  OwnScrolls,
  reveal,
  ROW_HEIGHT,
  scrollFromTop,
  topFromScroll,
} from './scroll';

describe('a long list', () => {
  it('never gets taller than a browser allows', () => {
    expect(contentHeight(10)).toBe(10 * ROW_HEIGHT);
    expect(contentHeight(10_000_000)).toBe(MAX_HEIGHT);
  });

  it.each([50, 5_000, 10_000_000])('of %s rows reaches its first and its last row', (rows) => {
    const way = contentHeight(rows) - 440;
    expect(topFromScroll(0, rows, 440)).toBe(0);
    expect(topFromScroll(way, rows, 440)).toBeCloseTo(lastTop(rows, 440), 6);
    expect(lastTop(rows, 440) + 440 / ROW_HEIGHT).toBeCloseTo(rows, 6);
  });

  it.each([0, 1, 1234.5, 9_000_000])('finds row %s again from the bar', (row) => {
    const bar = scrollFromTop(row, 10_000_000, 440);
    expect(topFromScroll(bar, 10_000_000, 440)).toBeCloseTo(row, 3);
  });

  it('does not scroll when all fits', () => {
    expect(topFromScroll(50, 3, 440)).toBe(0);
    expect(scrollFromTop(2, 3, 440)).toBe(0);
  });

  it('moves to a row only when it is not calmly in sight', () => {
    expect(reveal(110, 100, 10_000, 440)).toBe(100);
    expect(reveal(119, 100, 10_000, 440)).toBeCloseTo(107, 6);
    expect(reveal(0, 100, 10_000, 440)).toBe(0);
    expect(reveal(9_999, 100, 10_000, 440)).toBe(9_980);
  });
});

describe("the bar's movement", () => {
  it("is not the reader's where the program put it, though the browser tells it late", () => {
    const own = new OwnScrolls();
    own.note(400);
    own.note(900);
    expect(own.isOwn(400, 5000)).toBe(true);
    expect(own.isOwn(900, 5000)).toBe(true);
  });

  it("is not the reader's when the browser pulls it back from beyond the end of a list that became shorter", () => {
    const own = new OwnScrolls();
    own.note(520_000);
    expect(own.isOwn(0, 0)).toBe(true);
  });

  it("is not the reader's when the old place is told once more after that", () => {
    const own = new OwnScrolls();
    own.note(520_000);
    expect(own.isOwn(0, 0)).toBe(true);
    expect(own.isOwn(520_000, 527_000)).toBe(true);
  });

  it("is the reader's anywhere else", () => {
    const own = new OwnScrolls();
    own.note(900);
    expect(own.isOwn(700, 5000)).toBe(false);
    expect(own.isOwn(0, 5000)).toBe(false);
  });
});
