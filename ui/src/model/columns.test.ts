import { describe, expect, it } from 'vitest';
import { cells, CHARACTER, columnsFor, GAP } from './columns';
import type { Columns } from './columns';

const wants = { time: 16, stream: 14, version: 3, type: 17 };
const rest = (width: number, c: Columns): number => width - c.time - c.stream - c.version - c.type - 4 * GAP;

describe('the columns of the event list', () => {
  it('are as wide as their texts where there is room', () => {
    const c = columnsFor(900, wants);
    expect(c.stream).toBeGreaterThanOrEqual(14 * CHARACTER);
    expect(c.type).toBeGreaterThanOrEqual(17 * CHARACTER);
    expect(rest(900, c)).toBeGreaterThan(300);
  });

  it('give way in order: the payload, the type, the stream', () => {
    const wide = columnsFor(900, wants);
    const less = columnsFor(470, wants);
    expect(less.type).toBeLessThan(wide.type);
    expect(less.stream).toBe(wide.stream);
    const least = columnsFor(400, wants);
    expect(least.stream).toBeLessThan(wide.stream);
    expect([less.time, least.time]).toEqual([wide.time, wide.time]);
    expect(rest(470, less)).toBeGreaterThanOrEqual(7 * CHARACTER);
  });

  it('leave the payload out before a name becomes unreadable', () => {
    const c = columnsFor(320, wants);
    expect(c.payload).toBe(false);
    expect(c.stream).toBeGreaterThanOrEqual(9 * CHARACTER);
  });

  it('never ask for more than there is', () => {
    for (let width = 300; width < 1600; width += 7) {
      const c = columnsFor(width, { time: 27, stream: 90, version: 6, type: 60 });
      const used = c.time + c.stream + c.version + c.type + (c.payload ? 4 : 3) * GAP;
      if (width > 330) expect(used, String(width)).toBeLessThanOrEqual(width);
    }
  });

  it('count East Asian characters twice', () => {
    expect([cells('ab'), cells('订单-1'), cells('😀')]).toEqual([2, 6, 1]);
  });
});
