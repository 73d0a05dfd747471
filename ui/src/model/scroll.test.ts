import { describe, expect, it } from 'vitest';
import {
  contentHeight,
  lastTop,
  Lead,
  MAX_HEIGHT,
  pressesBar,
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

describe('the scroll bar', () => {
  it('leads only from when the reader takes hold of it until the rows are moved otherwise', () => {
    const lead = new Lead();
    expect(lead.isBar).toBe(false);
    lead.toBar();
    expect(lead.isBar).toBe(true);
    lead.toRows();
    expect(lead.isBar).toBe(false);
  });

  it('is what a press on the list hits that hits no row', () => {
    const list = document.createElement('div');
    const row = list.appendChild(document.createElement('div'));
    const height = (all: number): unknown =>
      Object.defineProperty(list, 'scrollHeight', { configurable: true, value: all });
    height(9000);
    expect(pressesBar(list, list)).toBe(true);
    expect(pressesBar(row, list)).toBe(false);
    // Below the rows of a short list there is nothing to take hold of.
    height(list.clientHeight);
    expect(pressesBar(list, list)).toBe(false);
  });
});
