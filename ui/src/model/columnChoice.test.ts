import { describe, expect, it } from 'vitest';
import { GAP } from './columns';
import { drawn, fieldPath, FURTHER, moved, readColumns, sized, toggled, USUAL } from './columnChoice';
import type { Column, Drawn } from './columnChoice';

const WANTS = { time: 12, stream: 20, version: 2, type: 15 };
const columns = (...ids: string[]): Column[] => ids.map((id) => ({ id, width: null }));
const ids = (of: readonly { id: string }[]): string[] => of.map((c) => c.id);
const total = (of: readonly Drawn[]): number =>
  of.reduce((sum, c) => sum + c.width, 0) + GAP * (of.length - 1);
const draw = (chosen: readonly Column[] | null, width: number): Drawn[] =>
  drawn(chosen, WANTS, new Map([['payload.total', 9]]), width, 7);

describe('chosen columns', () => {
  it('are put before the payload, taken away, and never all', () => {
    const more = toggled(USUAL, 'payload.total');
    expect(ids(more)).toEqual(['time', 'stream', 'version', 'type', 'payload.total', 'payload']);
    expect(ids(toggled(more, 'stream'))).toEqual(['time', 'version', 'type', 'payload.total', 'payload']);
    expect(toggled(columns('time'), 'time')).toEqual(columns('time'));
    const many = columns(...FURTHER, 'time', 'stream', 'version', 'type', 'payload', 'payload.a');
    expect(toggled(many, 'payload.b')).toBe(many);
  });

  it('are moved to a place, and no further than the ends', () => {
    expect(ids(moved(USUAL, 'type', 0))).toEqual(['type', 'time', 'stream', 'version', 'payload']);
    expect(ids(moved(USUAL, 'time', 9))).toEqual(['stream', 'version', 'type', 'payload', 'time']);
    expect(moved(USUAL, 'time', -3)).toBe(USUAL);
    expect(moved(USUAL, 'nowhere', 1)).toBe(USUAL);
  });

  it('are as wide as said, within reason', () => {
    expect(sized(USUAL, 'type', 200).find((c) => c.id === 'type')?.width).toBe(200);
    expect(sized(USUAL, 'type', 3).find((c) => c.id === 'type')?.width).toBe(36);
    expect(sized(sized(USUAL, 'type', 200), 'type', null)).toEqual(USUAL);
  });

  it('are read from what was kept, without what means nothing', () => {
    expect(readColumns(null)).toBeNull();
    expect(readColumns([])).toBeNull();
    expect(readColumns('time')).toBeNull();
    const saved = [
      { id: 'time', width: 90 },
      { id: 'time', width: 100 },
      { id: 'payload.total', width: -5 },
      { id: 'colour' },
      7,
      null,
    ];
    expect(readColumns(saved)).toEqual([
      { id: 'time', width: 90 },
      { id: 'payload.total', width: null },
    ]);
  });

  it('of fields are named as in a filter', () => {
    expect(fieldPath(' payload . total ')).toBe('payload.total');
    expect(fieldPath('customer.id')).toBe('payload.customer.id');
    expect(fieldPath('correlation_id')).toBe('correlation_id');
    expect(fieldPath('headers.trace-id')).toBe('headers.trace-id');
    expect(fieldPath('stream')).toBe('stream');
    expect(fieldPath('')).toBeNull();
  });
});

describe('how columns are drawn', () => {
  it('is as ever where nothing is chosen', () => {
    expect(ids(draw(null, 900))).toEqual(ids(USUAL));
    expect(ids(draw(null, 300))).toEqual(['time', 'stream', 'version', 'type']);
  });

  it('fills the width: the payload takes what is left, or else the last column', () => {
    const all = draw(toggled(USUAL, 'payload.total'), 900);
    expect(total(all)).toBeGreaterThan(895);
    expect(total(all)).toBeLessThanOrEqual(900);
    expect(all.find((c) => c.id === 'payload.total')?.width).toBe(63);
    const without = draw(columns('time', 'type'), 900);
    expect(without[0]?.width).toBe(84);
    expect(without[1]?.width).toBeGreaterThan(700);
  });

  it.each([200, 320, 460, 700])('fits into %i pixels, what the reader sized last', (width) => {
    const chosen = sized(toggled(toggled(USUAL, 'payload.total'), 'correlation_id'), 'stream', 120);
    const all = draw(chosen, width);
    expect(ids(all)).toEqual(ids(chosen));
    expect(total(all)).toBeLessThanOrEqual(width + 1);
    if (width >= 460) expect(all.find((c) => c.id === 'stream')?.width).toBe(120);
    for (const column of all) expect(column.width).toBeGreaterThan(7);
  });
});
