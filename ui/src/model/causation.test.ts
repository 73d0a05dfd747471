import { describe, expect, it } from 'vitest';
import type { CausesDto, EffectsDto, RowDto } from '../ipc/contract';
import { causationRows } from './causation';

const row = (ordinal: number): RowDto => ({ ordinal }) as RowDto;
const causes = (...ordinals: number[]): CausesDto => ({ chain: ordinals.map(row), end: 'root' });
const effects = (...all: [number, number, boolean?][]): EffectsDto => ({
  effects: all.map(([ordinal, parent, again]) => ({ row: row(ordinal), parent, again: again ?? false })),
  more: false,
});
const shown = (...args: Parameters<typeof causationRows>): string[] =>
  causationRows(...args).map(
    (r) =>
      `${'  '.repeat(r.depth)}${r.row.ordinal}${r.kind === 'self' ? '*' : ''}${r.open === null ? '' : r.open ? '-' : '+'}${r.again ? '!' : ''}`,
  );

describe('the tree of causes and effects', () => {
  it('has the root on top, the event below its causes and the effects below it in their order', () => {
    const tree = effects([7, 5], [9, 5], [8, 7], [20, 9]);
    expect(shown(row(5), causes(4, 1), tree, new Set())).toEqual([
      '1',
      '  4',
      '    5*-',
      '      7-',
      '        8',
      '      9-',
      '        20',
    ]);
    expect(shown(row(5), causes(4, 1), tree, new Set([7]))).toEqual([
      '1',
      '  4',
      '    5*-',
      '      7+',
      '      9-',
      '        20',
    ]);
    expect(shown(row(5), null, tree, new Set([5]))).toEqual(['5*+']);
  });

  it('ends where events cause each other', () => {
    expect(shown(row(1), causes(), effects([2, 1], [1, 2, true]), new Set())).toEqual([
      '1*-',
      '  2-',
      '    1!',
    ]);
  });

  it('is of any depth', () => {
    const long = effects(...Array.from({ length: 1000 }, (_, i): [number, number] => [i + 1, i]));
    expect(causationRows(row(0), null, long, new Set())).toHaveLength(1001);
  });
});
