/** Events move while a capture is written, for its order is by partition and offset: what stands at one is found again by its position. */
import type { RowDto } from '../ipc/contract';
import { call } from './backend';
import { bookmarks } from './bookmarks.svelte';
import { comparison } from './comparison.svelte';
import { playhead } from './playhead.svelte';
import { selection } from './selection.svelte';

/** Where an event stands now, by its position. */
export type Moved = ReadonlyMap<string, number>;

/** Asks where the events stand now that something stands at. */
export async function askMoved(source: number): Promise<Moved> {
  const positions = [
    ...new Set([
      ...selection.positions(),
      ...playhead.positions(),
      ...comparison.positions(),
      ...bookmarks.positions(),
    ]),
  ];
  if (positions.length === 0) return new Map();
  const ordinals = await call('relocate', { source, positions });
  return new Map(
    positions.flatMap((position, i) => {
      const ordinal = ordinals[i];
      return ordinal == null ? [] : [[position, ordinal] as const];
    }),
  );
}

export function move(moved: Moved): void {
  selection.relocate(moved);
  playhead.relocate(moved);
  comparison.relocate(moved);
  bookmarks.relocate(moved);
}

/** The row with its handle of now. */
export function movedRow(row: RowDto, moved: Moved): RowDto {
  const ordinal = row.position === null ? undefined : moved.get(row.position);
  return ordinal === undefined || ordinal === row.ordinal ? row : { ...row, ordinal };
}
