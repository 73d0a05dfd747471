/** Events found again in the source as it is now. */
import type { RowDto } from '../ipc/contract';
import type { Anchor } from '../model/kept';
import { call } from './backend';

const TOGETHER = 16;

/**
 * Where events stand now: by position, which the index or the store may know; else where they stood, if that event still has that position.
 * `null`: it is not there any more.
 */
export async function findAgain(
  source: number,
  wanted: readonly (Anchor | null)[],
): Promise<(RowDto | null)[]> {
  const positions = [...new Set(wanted.flatMap((anchor) => anchor?.position ?? []))];
  const ordinals = positions.length === 0 ? [] : await call('relocate', { source, positions });
  const now = new Map(positions.map((position, i) => [position, ordinals[i] ?? null]));
  const rowOf = async (ordinal: number): Promise<RowDto | null> =>
    (await call('event', { source, ordinal }).catch(() => null))?.row ?? null;
  const find = async (anchor: Anchor | null): Promise<RowDto | null> => {
    if (anchor === null) return null;
    const { position } = anchor;
    const found = position === null ? null : (now.get(position) ?? null);
    const row = await rowOf(found ?? anchor.ordinal);
    return row?.position === position ? row : null;
  };
  const rows: (RowDto | null)[] = [];
  // So many at a time: what the reader asks for meanwhile must not stand behind a thousand of them.
  for (let i = 0; i < wanted.length; i += TOGETHER)
    rows.push(...(await Promise.all(wanted.slice(i, i + TOGETHER).map(find))));
  return rows;
}
