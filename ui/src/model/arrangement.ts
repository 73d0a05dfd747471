/** How the lanes of one kind are arranged by hand: order, pins, names, colours, groups. Lanes are known by name, so that it fits the file of tomorrow. */
import type { LaneDto } from '../ipc/contract';

export interface Group {
  /** Unlike that of any other one of its kind of lane. */
  id: number;
  lanes: readonly string[];
}

/** Everything is told by a row's id. */
export interface Arrangement {
  /** Once moved by hand: the order of the rows there were; those that come later stand behind them. */
  readonly order: readonly string[];
  readonly pinned: readonly string[];
  /** Rows whose switch was used. */
  readonly shown: Readonly<Record<string, boolean>>;
  readonly names: Readonly<Record<string, string>>;
  readonly colours: Readonly<Record<string, number>>;
  readonly groups: readonly Group[];
}

export const PLAIN: Arrangement = { order: [], pinned: [], shown: {}, names: {}, colours: {}, groups: [] };

/** A lane as it is drawn: one of the source, or several as one. */
export interface LaneRow {
  id: string;
  lanes: readonly LaneDto[];
  keys: readonly number[];
  /** The name given to it; `null`: its own. */
  given: string | null;
  group: Group | null;
  events: number;
  pinned: boolean;
  shown: boolean;
  /** The number of its colour. */
  colour: number;
}

export const idOf = (name: string): string => `lane ${name}`;
const groupId = (group: Group): string => `group ${group.id}`;

/** The rows in the order in which they are drawn. Of the first `most` lanes all are shown unless they were switched off. */
export function arrange(
  lanes: readonly LaneDto[],
  a: Arrangement,
  most: number,
  colourOf: (key: number) => number,
): LaneRow[] {
  const groupOf = new Map(a.groups.flatMap((group) => group.lanes.map((name) => [name, group] as const)));
  const rows: LaneRow[] = [];
  const begun = new Set<Group>();
  for (const [i, lane] of lanes.entries()) {
    const group = groupOf.get(lane.name) ?? null;
    // A group stands where the first of its lanes would.
    if (group !== null && begun.has(group)) continue;
    if (group !== null) begun.add(group);
    const own = group === null ? [lane] : lanes.filter((l) => groupOf.get(l.name) === group);
    const id = group === null ? idOf(lane.name) : groupId(group);
    rows.push({
      id,
      lanes: own,
      keys: own.map((l) => l.key),
      given: a.names[id] ?? null,
      group,
      events: own.reduce((sum, l) => sum + l.events, 0),
      pinned: a.pinned.includes(id),
      shown: a.shown[id] ?? i < most,
      colour: a.colours[id] ?? colourOf(lane.key),
    });
  }
  const place = new Map(a.order.map((id, i) => [id, i]));
  const rank = (row: LaneRow): number => place.get(row.id) ?? Infinity;
  const ordered = rows
    .map((row, i) => ({ row, i }))
    .sort((x, y) => {
      const [p, q] = [rank(x.row), rank(y.row)];
      return p === q ? x.i - y.i : p - q;
    })
    .map(({ row }) => row);
  return [...ordered.filter((row) => row.pinned), ...ordered.filter((row) => !row.pinned)];
}

/** A row takes another place among the rows there are. Pins stay on top: it goes no further than they do. */
export function moved(a: Arrangement, rows: readonly LaneRow[], id: string, to: number): Arrangement {
  const ids = rows.map((row) => row.id);
  const from = ids.indexOf(id);
  const row = rows[from];
  if (row === undefined) return a;
  const pins = rows.filter((r) => r.pinned).length;
  const [low, high] = row.pinned ? [0, pins - 1] : [pins, rows.length - 1];
  const place = Math.min(Math.max(to, low), high);
  if (place === from) return a;
  ids.splice(from, 1);
  ids.splice(place, 0, id);
  return { ...a, order: ids };
}

/** The place among the rows of one that is let go of between two drawn ones: before the one at `slot`, or behind the last. */
export function placeOfSlot(rows: readonly LaneRow[], id: string, slot: number): number {
  const drawn = rows.filter((row) => row.shown);
  const from = rows.findIndex((row) => row.id === id);
  const [before, last] = [drawn[slot], drawn.at(-1)];
  const to = before !== undefined ? rows.indexOf(before) : last === undefined ? 0 : rows.indexOf(last) + 1;
  return from >= 0 && from < to ? to - 1 : to;
}

export function pinned(a: Arrangement, rows: readonly LaneRow[], id: string): Arrangement {
  const isPinned = a.pinned.includes(id);
  // What was not moved by hand keeps the place it has when it comes down again.
  const pins = isPinned ? a.pinned.filter((other) => other !== id) : [...a.pinned, id];
  return rows.some((row) => row.id === id) ? { ...a, pinned: pins } : a;
}

function without<T>(all: Readonly<Record<string, T>>, id: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([of]) => of !== id));
}

/** A name; an empty one is the row's own again. */
export function renamed(a: Arrangement, id: string, name: string): Arrangement {
  const names = without(a.names, id);
  return { ...a, names: name.trim() === '' ? names : { ...names, [id]: name.trim() } };
}

/** A colour; `null` is the row's own again. */
export function coloured(a: Arrangement, id: string, colour: number | null): Arrangement {
  const colours = without(a.colours, id);
  return { ...a, colours: colour === null ? colours : { ...colours, [id]: colour } };
}

/** Makes one row of two; `name` is what the row is called, unless the first is a group that has a name. */
export function grouped(a: Arrangement, first: LaneRow, second: LaneRow, name: string): Arrangement {
  const id = first.group?.id ?? 1 + a.groups.reduce((most, group) => Math.max(most, group.id), 0);
  const group: Group = { id, lanes: [...first.lanes, ...second.lanes].map((lane) => lane.name) };
  const others = a.groups.filter((g) => g !== first.group && g !== second.group);
  const stays = groupId(group);
  const swap = (ids: readonly string[]): string[] =>
    ids.filter((other) => other !== second.id).map((other) => (other === first.id ? stays : other));
  const next = { ...a, groups: [...others, group], order: swap(a.order), pinned: swap(a.pinned) };
  const named = first.group !== null && first.given !== null ? next : renamed(next, stays, name);
  return coloured({ ...named, shown: { ...named.shown, [stays]: true } }, stays, first.colour);
}

/** A group's lanes stand for themselves again, where it stood. */
export function dissolved(a: Arrangement, row: LaneRow): Arrangement {
  const { group } = row;
  if (group === null) return a;
  const ids = group.lanes.map(idOf);
  const spread = (all: readonly string[]): string[] => all.flatMap((id) => (id === row.id ? ids : [id]));
  const next = {
    ...a,
    groups: a.groups.filter((g) => g.id !== group.id),
    order: spread(a.order),
    pinned: spread(a.pinned),
  };
  const shown = without(next.shown, row.id);
  return coloured(renamed({ ...next, shown }, row.id, ''), row.id, null);
}

export const isPlain = (a: Arrangement): boolean =>
  a.order.length + a.pinned.length + a.groups.length === 0 &&
  [a.shown, a.names, a.colours].every((all) => Object.keys(all).length === 0);

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? [...new Set(value.filter((v): v is string => typeof v === 'string'))] : [];

function recordOf<T>(value: unknown, fits: (v: unknown) => v is T): Record<string, T> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((e): e is [string, T] => fits(e[1])));
}

/** Takes from what was kept what still means something. */
export function readArrangement(value: unknown, colours: number): Arrangement {
  if (typeof value !== 'object' || value === null) return PLAIN;
  const from = value as Record<string, unknown>;
  const taken = new Set<string>();
  const numbers = new Set<number>();
  const groups = (Array.isArray(from['groups']) ? (from['groups'] as unknown[]) : []).flatMap(
    (one): Group[] => {
      const { id, lanes } = (one ?? {}) as Record<string, unknown>;
      if (typeof id !== 'number' || !Number.isSafeInteger(id) || numbers.has(id)) return [];
      const own = texts(lanes).filter((name) => !taken.has(name));
      if (own.length === 0) return [];
      numbers.add(id);
      for (const name of own) taken.add(name);
      return [{ id, lanes: own }];
    },
  );
  return {
    order: texts(from['order']),
    pinned: texts(from['pinned']),
    shown: recordOf(from['shown'], (v) => typeof v === 'boolean'),
    names: recordOf(from['names'], (v): v is string => typeof v === 'string' && v.trim() !== ''),
    colours: recordOf(
      from['colours'],
      (v): v is number => Number.isInteger(v) && (v as number) >= 0 && (v as number) < colours,
    ),
    groups,
  };
}
