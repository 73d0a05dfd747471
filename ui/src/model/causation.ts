/** What led to an event and what it led to, as the rows of one tree: the root on top, the event below its causes, its effects below it. */
import type { CausesDto, EffectsDto, RowDto } from '../ipc/contract';

export interface CausationRow {
  readonly row: RowDto;
  readonly depth: number;
  readonly kind: 'cause' | 'self' | 'effect';
  /** Whether what is below it is shown; `null`: there is nothing. */
  readonly open: boolean | null;
  /** It stands above already: events that cause each other. */
  readonly again: boolean;
}

export function causationRows(
  event: RowDto,
  causes: CausesDto | null,
  effects: EffectsDto | null,
  closed: ReadonlySet<number>,
): CausationRow[] {
  const chain = [...(causes?.chain ?? [])].reverse();
  const rows: CausationRow[] = chain.map((row, depth) => ({
    row,
    depth,
    kind: 'cause',
    open: null,
    again: false,
  }));
  const below = new Map<number, { row: RowDto; again: boolean }[]>();
  for (const { row, parent, again } of effects?.effects ?? [])
    below.set(parent, [...(below.get(parent) ?? []), { row, again }]);
  const isOpen = (ordinal: number): boolean | null => (below.has(ordinal) ? !closed.has(ordinal) : null);
  rows.push({
    row: event,
    depth: chain.length,
    kind: 'self',
    open: isOpen(event.ordinal),
    again: false,
  });
  // By hand and not by recursion: a chain may be a thousand long.
  const rest: { row: RowDto; again: boolean; depth: number }[] = [];
  const push = (ordinal: number, depth: number): void => {
    if (isOpen(ordinal) === true)
      for (const child of [...(below.get(ordinal) ?? [])].reverse()) rest.push({ ...child, depth });
  };
  push(event.ordinal, chain.length + 1);
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { row, again, depth } = next;
    rows.push({ row, depth, kind: 'effect', open: again ? null : isOpen(row.ordinal), again });
    if (!again) push(row.ordinal, depth + 1);
  }
  return rows;
}
