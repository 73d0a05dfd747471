/** What is kept of what is seen of a source, and what of a kept text still means something. */
import type { AxisDto, LaneByDto, PlaceDto } from '../ipc/contract';
import { PLAIN, readArrangement } from './arrangement';
import type { Arrangement } from './arrangement';
import { readBookmarks } from './bookmarks';
import type { Bookmark } from './bookmarks';

/** A place, and the position of the event that was stood at. */
export interface KeptPlace {
  place: PlaceDto;
  position: string | null;
}

export interface KeptView {
  axis: AxisDto;
  from: string;
  frac: number;
  span: number;
}

/** An event: found again by its position; where the store has none, by its place in the log. */
export interface Anchor {
  position: string | null;
  ordinal: number;
}

/** A field of a stream's state whose values have a lane of their own. */
export interface Watch {
  stream: string;
  path: string;
}

export const TABS = ['state', 'diff', 'event', 'history', 'raw', 'causes'] as const;
export type Tab = (typeof TABS)[number];

export interface Kept {
  axis: AxisDto;
  laneBy: LaneByDto;
  foldGaps: boolean;
  scale: 'sqrt' | 'linear';
  /** `null`: the whole. */
  view: KeptView | null;
  laneScroll: number;
  range: { axis: AxisDto; from: string; to: string } | null;
  /** `null`: at the end. */
  playhead: KeptPlace | null;
  filter: string;
  /** The stream that was inspected, by name, and whether the reader chose it. */
  stream: string | null;
  chosen: boolean;
  /** The event that was selected. */
  selected: Anchor | null;
  pinned: string | null;
  tab: Tab;
  from: KeptPlace | null;
  to: KeptPlace | null;
  fromText: string;
  toText: string;
  bookmarks: readonly Bookmark[];
  lanes: Record<LaneByDto, Arrangement>;
  watches: readonly Watch[];
  /** Whether valid times stand beside recorded times. */
  validTimes: boolean;
}

export const MOST_WATCHES = 12;

const AXES = ['time', 'log'] as const;
const isAxis = (value: unknown): value is AxisDto => AXES.includes(value as AxisDto);
const isWhole = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^-?\d{1,19}$/.test(value) &&
  BigInt.asIntN(64, BigInt(value)) === BigInt(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isLength = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

function fieldsOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

const isOrdinal = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;

function readAnchor(value: unknown): Anchor | null {
  const { position, ordinal } = fieldsOf(value) ?? {};
  return isOrdinal(ordinal) ? { position: isText(position) ? position : null, ordinal } : null;
}

function readPlace(value: unknown): KeptPlace | null {
  const kept = fieldsOf(value);
  const place = fieldsOf(kept?.['place']);
  if (kept === null || place === null || !isAxis(place['axis']) || !isWhole(place['coord'])) return null;
  const { ordinal } = place;
  return {
    place: { axis: place['axis'], coord: place['coord'], ordinal: isOrdinal(ordinal) ? ordinal : null },
    position: isText(kept['position']) ? kept['position'] : null,
  };
}

function readView(value: unknown): KeptView | null {
  const v = fieldsOf(value);
  if (v === null || !isAxis(v['axis']) || !isWhole(v['from']) || !isLength(v['span'])) return null;
  const { frac } = v;
  const isPart = typeof frac === 'number' && frac >= 0 && frac < 1;
  return { axis: v['axis'], from: v['from'], frac: isPart ? frac : 0, span: v['span'] };
}

function readRange(value: unknown): Kept['range'] {
  const r = fieldsOf(value);
  if (r === null || !isAxis(r['axis']) || !isWhole(r['from']) || !isWhole(r['to'])) return null;
  if (BigInt(r['from']) > BigInt(r['to'])) return null;
  return { axis: r['axis'], from: r['from'], to: r['to'] };
}

export function readWatches(value: unknown): Watch[] {
  if (!Array.isArray(value)) return [];
  const out: Watch[] = [];
  for (const one of value as unknown[]) {
    const { stream, path } = fieldsOf(one) ?? {};
    if (!isText(stream) || !isText(path) || out.some((w) => w.stream === stream && w.path === path)) continue;
    out.push({ stream, path });
  }
  return out.slice(0, MOST_WATCHES);
}

/** Reads a kept text; `null`: it means nothing, and all is as at first. What of it cannot be read is as at first, too. */
export function readKept(json: string | null, colours: number): Kept | null {
  if (json === null) return null;
  let read: Record<string, unknown> | null;
  try {
    read = fieldsOf(JSON.parse(json));
  } catch {
    return null;
  }
  if (read === null || Array.isArray(read)) return null;
  const from = read;
  const text = (name: string): string => (isText(from[name]) ? from[name] : '');
  const orNull = (name: string): string | null => (isText(from[name]) ? from[name] : null);
  const lanes = fieldsOf(from['lanes']) ?? {};
  const arrangement = (by: LaneByDto): Arrangement =>
    lanes[by] === undefined ? PLAIN : readArrangement(lanes[by], colours);
  const scroll = from['laneScroll'];
  return {
    axis: isAxis(from['axis']) ? from['axis'] : 'time',
    laneBy: (['category', 'type', 'stream'] as const).find((by) => by === from['laneBy']) ?? 'category',
    foldGaps: from['foldGaps'] !== false,
    scale: from['scale'] === 'linear' ? 'linear' : 'sqrt',
    view: readView(from['view']),
    laneScroll: isLength(scroll) ? Math.min(scroll, 1e6) : 0,
    range: readRange(from['range']),
    playhead: readPlace(from['playhead']),
    filter: text('filter'),
    stream: orNull('stream'),
    chosen: from['chosen'] === true,
    selected: readAnchor(from['selected']),
    pinned: orNull('pinned'),
    tab: TABS.find((tab) => tab === from['tab']) ?? 'state',
    from: readPlace(from['from']),
    to: readPlace(from['to']),
    fromText: isText(from['fromText']) ? from['fromText'] : 'v1',
    toText: text('toText'),
    bookmarks: readBookmarks(from['bookmarks']),
    lanes: {
      category: arrangement('category'),
      type: arrangement('type'),
      stream: arrangement('stream'),
    },
    watches: readWatches(from['watches']),
    validTimes: from['validTimes'] === true,
  };
}
