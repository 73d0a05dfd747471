import { render } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import type { ChangeDto, DiffDto } from '../../ipc/contract';
import DiffBeside from './DiffBeside.svelte';

/** A state of one field of its own and so many others. */
const state = (own: string, many: number): string =>
  JSON.stringify({ [own]: 1, ...Object.fromEntries(Array.from({ length: many }, (_, i) => [`f${i}`, i])) });

function rowsOf(many: number): { rows: string[]; some: boolean } {
  const changes: ChangeDto[] = [
    { path: '/a', kind: 'removed', before: '1', after: null },
    { path: '/b', kind: 'added', before: null, after: '1' },
  ];
  // The first side has a field more, so that it ends earlier among those in common.
  const from = state('a', many).replace('"a":1', '"a":1,"x":0');
  const diff: DiffDto = {
    stream: 's-1',
    patch: '[]',
    changes: [...changes, { path: '/x', kind: 'removed', before: '0', after: null }],
    fromState: from,
    toState: state('b', many),
  };
  const { container } = render(DiffBeside, { diff });
  const rows = [...container.querySelectorAll('tbody tr')];
  return {
    rows: rows.filter((row) => !row.classList.contains('same')).map((row) => row.textContent.trim()),
    some: container.querySelector('[data-testid=diff-some]') !== null,
  };
}

describe('two states side by side', () => {
  it('have what differs first', () => {
    const { rows, some } = rowsOf(3);
    expect(rows).toHaveLength(3);
    expect(some).toBe(false);
  });

  it('say so where they are too long, and call nothing different that only stands further behind', () => {
    const { rows, some } = rowsOf(3000);
    expect(rows).toHaveLength(3);
    expect(some).toBe(true);
  });
});
