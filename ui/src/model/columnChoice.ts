/** Which columns the event list has, in which order and how wide: what the reader chose, and what is made of it. */
import { columnsFor, GAP } from './columns';
import type { Wants } from './columns';

/** A column: a part of the event's envelope, or a field by its path (`payload.total`, `metadata.user`). */
export interface Column {
  readonly id: string;
  /** Pixels; `null`: as wide as what it holds. */
  readonly width: number | null;
}

/** The columns a list has unless others are chosen. */
export const USUAL: readonly Column[] = ['time', 'stream', 'version', 'type', 'payload'].map((id) => ({
  id,
  width: null,
}));

/** What an event may have beside these, whatever its payload is. */
export const FURTHER: readonly string[] = [
  'position',
  'category',
  'id',
  'correlation_id',
  'causation_id',
  'valid_time',
  'topic',
  'partition',
  'offset',
  'key',
];

/** The most columns a list has. */
export const MOST = 16;
const LEAST_WIDTH = 36;
const MOST_WIDTH = 1600;
/** A column of a field is no wider than so many characters by itself. */
const FIELD = { least: 5, most: 28 };

/** Whether the rows have to bring a column's text along: what is not in every row. */
export const isField = (id: string): boolean => !USUAL.some((column) => column.id === id);

/** A field's path as one writes it: with `payload.` or `metadata.` before it, unless it is a part of the envelope. */
export function fieldPath(text: string): string | null {
  const path = text.trim().replaceAll(/\s*\.\s*/g, '.');
  if (path === '' || path.length > 200) return null;
  if (FURTHER.includes(path) || /^(?:payload|metadata|headers|extra)[./[]/.test(path)) return path;
  return USUAL.some((column) => column.id === path) ? path : `payload.${path}`;
}

/** Takes from saved values what still means something; `null`: the usual ones. */
export function readColumns(saved: unknown): Column[] | null {
  if (!Array.isArray(saved)) return null;
  const out: Column[] = [];
  for (const one of saved as unknown[]) {
    const { id, width } = (one ?? {}) as Record<string, unknown>;
    if (typeof id !== 'string' || fieldPath(id) !== id || out.some((c) => c.id === id)) continue;
    const fits = typeof width === 'number' && width >= LEAST_WIDTH && width <= MOST_WIDTH;
    out.push({ id, width: fits ? width : null });
  }
  return out.length === 0 ? null : out.slice(0, MOST);
}

/** What was kept of each source, by its path. */
export function readAllColumns(saved: unknown): Record<string, Column[]> {
  if (typeof saved !== 'object' || saved === null) return {};
  const all = Object.entries(saved).map(([path, of]) => [path, readColumns(of)] as const);
  return Object.fromEntries(all.filter((e): e is readonly [string, Column[]] => e[1] !== null));
}

/** A column shown or no longer; at least one stays. */
export function toggled(columns: readonly Column[], id: string): readonly Column[] {
  if (columns.some((c) => c.id === id))
    return columns.length === 1 ? columns : columns.filter((c) => c.id !== id);
  if (columns.length >= MOST) return columns;
  // A field stands before the payload, which takes what room is left.
  const before = id === 'payload' ? -1 : columns.findIndex((c) => c.id === 'payload');
  const at = before < 0 ? columns.length : before;
  return [...columns.slice(0, at), { id, width: null }, ...columns.slice(at)];
}

/** A column at another place. */
export function moved(columns: readonly Column[], id: string, to: number): readonly Column[] {
  const from = columns.findIndex((c) => c.id === id);
  const column = columns[from];
  if (column === undefined) return columns;
  const others = columns.filter((c) => c.id !== id);
  const at = Math.min(others.length, Math.max(0, to));
  return from === at ? columns : [...others.slice(0, at), column, ...others.slice(at)];
}

/** A column as wide as said; `null`: as what it holds. */
export const sized = (columns: readonly Column[], id: string, width: number | null): readonly Column[] =>
  columns.map((c) =>
    c.id === id
      ? { id, width: width === null ? null : Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width))) }
      : c,
  );

/** A column as it is drawn. */
export interface Drawn {
  readonly id: string;
  readonly width: number;
}

/** Takes from the widest of some columns until all fit, or none of these is wider than the least. */
function shrink(widths: number[], which: readonly number[], room: number): void {
  for (;;) {
    const over = widths.reduce((sum, w) => sum + w, 0) - room;
    const wide = which.filter((i) => (widths[i] ?? 0) > LEAST_WIDTH);
    if (over <= 0.5 || wide.length === 0) return;
    const most = Math.max(...wide.map((i) => widths[i] ?? 0));
    const top = wide.filter((i) => widths[i] === most);
    // Down to the next widest at once.
    const next = Math.max(LEAST_WIDTH, ...wide.map((i) => widths[i] ?? 0).filter((w) => w < most));
    const to = Math.max(next, most - over / top.length);
    for (const i of top) widths[i] = to;
  }
}

/**
 * How the columns share the list's width. `chosen` is `null` for the usual ones, of which the payload may give way; of chosen ones all are
 * there: those without a width of their own shrink first, the widest most, and then all alike. What is left over goes to the last payload,
 * or else to the last column.
 */
export function drawn(
  chosen: readonly Column[] | null,
  wants: Wants,
  fields: ReadonlyMap<string, number>,
  width: number,
  character: number,
): Drawn[] {
  if (chosen === null) {
    const usual = columnsFor(width, wants, character);
    const of = (id: 'time' | 'stream' | 'version' | 'type'): Drawn => ({ id, width: usual[id] });
    const first = [of('time'), of('stream'), of('version'), of('type')];
    if (!usual.payload) return first;
    const taken = first.reduce((sum, c) => sum + c.width + GAP, 0);
    return [...first, { id: 'payload', width: Math.max(LEAST_WIDTH, width - taken) }];
  }
  const room = Math.max(chosen.length * 8, width - GAP * (chosen.length - 1));
  const rest = chosen.findLast((c) => c.id === 'payload' && c.width === null) ?? chosen.at(-1);
  const natural = ({ id }: Column): number => {
    const own: Record<string, number> = {
      time: wants.time,
      stream: Math.min(34, Math.max(6, wants.stream)),
      version: Math.max(2, wants.version),
      // With the lane's colour before it.
      type: Math.min(26, Math.max(4, wants.type)) + 2.3,
      payload: 14,
    };
    const characters = own[id] ?? Math.min(FIELD.most, Math.max(FIELD.least, fields.get(id) ?? 0));
    return Math.ceil(characters * character);
  };
  const widths = chosen.map((c) => c.width ?? natural(c));
  const every = chosen.map((_, i) => i);
  shrink(
    widths,
    every.filter((i) => chosen[i]?.width === null),
    room,
  );
  shrink(widths, every, room);
  const sum = widths.reduce((all, w) => all + w, 0);
  if (sum > room) for (const i of every) widths[i] = ((widths[i] ?? 0) * room) / sum;
  const left = room - widths.reduce((sum, w) => sum + w, 0);
  return chosen.map((c, i) => ({
    id: c.id,
    width: Math.floor((widths[i] ?? 0) + (c === rest && left > 0 ? left : 0)),
  }));
}
