/** Places of a history that somebody marked, with a note each. What is read from a file may be anything. */
import type { AxisDto } from '../ipc/contract';

/** The event a bookmark stands at: its position finds it again, the rest tells whether it is still that one. */
export interface MarkedEvent {
  position: string;
  stream: string;
  type: string;
  version: string | null;
}

export interface Bookmark {
  /** Unlike that of any other one of the source. */
  id: number;
  note: string;
  /** `null`: it stands at a moment, not at an event. */
  event: MarkedEvent | null;
  /** Where it stands in event time (nanoseconds) and in log order; `null`: nowhere. */
  time: string | null;
  log: string | null;
}

/** More than anybody sets by hand. */
export const MOST = 2000;
/** Characters of a note. */
export const NOTE = 4000;

export function coordOn({ time, log }: Bookmark, axis: AxisDto): bigint | null {
  const coord = axis === 'time' ? time : log;
  return coord === null ? null : BigInt(coord);
}

/** In the order of an axis; those that do not stand on it come last, as they were set. */
export function inOrder(all: readonly Bookmark[], axis: AxisDto): Bookmark[] {
  const placed = all.map((bookmark) => ({ bookmark, at: coordOn(bookmark, axis) }));
  placed.sort((a, b) => {
    if (a.at === b.at) return a.bookmark.id - b.bookmark.id;
    if (a.at === null || b.at === null) return a.at === null ? 1 : -1;
    return a.at < b.at ? -1 : 1;
  });
  return placed.map(({ bookmark }) => bookmark);
}

/**
 * The next or previous one from a place; from the last on to the first. `current`: the one that was gone to last and is stood at, among several
 * at one place.
 */
export function neighbour(
  all: readonly Bookmark[],
  axis: AxisDto,
  from: bigint,
  by: 1 | -1,
  current: number | null = null,
): Bookmark | null {
  const placed = inOrder(all, axis).filter((b) => coordOn(b, axis) !== null);
  if (placed.length === 0) return null;
  const here = placed.findIndex((b) => b.id === current && coordOn(b, axis) === from);
  if (here >= 0) return placed[(here + by + placed.length) % placed.length] ?? null;
  const isPast = (b: Bookmark): boolean => {
    const at = coordOn(b, axis) ?? from;
    return by > 0 ? at > from : at < from;
  };
  const found = by > 0 ? placed.find(isPast) : placed.findLast(isPast);
  return found ?? (by > 0 ? placed[0] : placed.at(-1)) ?? null;
}

const isDigits = (value: unknown): value is string => typeof value === 'string' && /^-?\d{1,19}$/.test(value);

function readEvent(value: unknown): MarkedEvent | null {
  if (typeof value !== 'object' || value === null) return null;
  const { position, stream, type, version } = value as Record<string, unknown>;
  if (typeof position !== 'string' || typeof stream !== 'string' || typeof type !== 'string') return null;
  return { position, stream, type, version: typeof version === 'string' ? version : null };
}

/** Takes from what was kept what still means something. */
export function readBookmarks(value: unknown): Bookmark[] {
  if (!Array.isArray(value)) return [];
  const out: Bookmark[] = [];
  const ids = new Set<number>();
  for (const one of value.slice(0, MOST) as unknown[]) {
    if (typeof one !== 'object' || one === null) continue;
    const { id, note, event, time, log } = one as Record<string, unknown>;
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || ids.has(id)) continue;
    const bookmark: Bookmark = {
      id,
      note: typeof note === 'string' ? note.slice(0, NOTE) : '',
      event: readEvent(event),
      time: isDigits(time) ? time : null,
      log: isDigits(log) ? log : null,
    };
    if (bookmark.event === null && bookmark.time === null && bookmark.log === null) continue;
    ids.add(id);
    out.push(bookmark);
  }
  return out;
}
