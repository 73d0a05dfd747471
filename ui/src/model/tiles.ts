/**
 * Counts of events by lane, kept in tiles of power-of-two column widths. What is not there yet is drawn from coarser or finer tiles,
 * so that a lane is never blank while its data is on the way.
 */
import { floorDiv } from './time';

export const TILE_COLUMNS = 512;
const MAX_TILES_A_REQUEST = 12;
const MAX_TILES = 600;

export interface TileRequest {
  lanes: number[];
  from: bigint;
  to: bigint;
  columns: number;
}

interface Row {
  counts: Uint32Array;
  /** The cache's age when it was asked for: older ones are drawn, but fetched again. */
  age: number;
}

interface Tile {
  /** By lane: lanes out of sight are not asked for. */
  rows: Map<number, Row>;
  used: number;
}

interface Wanted {
  level: number;
  index: bigint;
  /** The lanes that are missing or stale there. */
  lanes: number[];
}

export interface Range {
  from: bigint;
  to: bigint;
}

/** The level whose columns are at most `unit` coordinates wide. */
export const levelFor = (unit: number): number => Math.max(0, Math.floor(Math.log2(unit)));

export const tileSpan = (level: number): bigint => BigInt(TILE_COLUMNS) << BigInt(level);

/** Where and how counts are added up. */
interface Target {
  start: bigint;
  frac: number;
  perElement: number;
  into: Float32Array;
  within: Range;
}

/** Of an element: what is narrower is one place. */
const MOMENT = 1e-3;

export class TileCache {
  private tiles = new Map<string, Tile>();
  private wanted: Wanted[] = [];
  private inFlight = false;
  private age = 0;
  private epoch = 0;
  private clock = 0;
  private lanes: readonly number[] = [];
  private failed = false;
  private readonly fetch: (request: TileRequest) => Promise<ArrayBuffer>;
  private readonly changed: () => void;

  constructor(fetch: (request: TileRequest) => Promise<ArrayBuffer>, changed: () => void) {
    this.fetch = fetch;
    this.changed = changed;
  }

  /** Nothing is asked for that is not there. */
  get settled(): boolean {
    return !this.inFlight && this.wanted.length === 0;
  }

  /** Nothing is there yet, and something is on its way: what was drawn before may stay. */
  get waiting(): boolean {
    return this.tiles.size === 0 && this.lanes.length > 0 && !this.failed;
  }

  /** Another axis or source: what is there means nothing any more. */
  clear(): void {
    this.epoch++;
    this.failed = false;
    this.tiles.clear();
    this.wanted = [];
  }

  /** Another filter or snapshot: what is there is drawn until the new counts come. */
  expire(): void {
    this.age++;
  }

  /** The lanes in sight; `ALL_LANES` alone is all events in one. */
  setLanes(lanes: readonly number[]): void {
    this.lanes = lanes;
  }

  /** Says what should be there, most important first; replaces what was said before. */
  want(level: number, ranges: readonly Range[], bounds: Range): void {
    const span = tileSpan(level);
    const first = floorDiv(bounds.from, span);
    const last = floorDiv(bounds.to, span);
    const seen = new Set<bigint>();
    this.wanted = [];
    for (const range of ranges) {
      let index = floorDiv(range.from, span);
      const end = floorDiv(range.to - 1n, span);
      for (let i = 0; index <= end && i < 64; index++, i++) {
        if (index < first || index > last || seen.has(index)) continue;
        seen.add(index);
        const rows = this.tiles.get(`${level}:${index}`)?.rows;
        const lanes = this.lanes.filter((lane) => rows?.get(lane)?.age !== this.age);
        if (lanes.length > 0) this.wanted.push({ level, index, lanes });
      }
    }
    if (!this.inFlight) void this.run();
  }

  /**
   * Adds the counts of a range to `into`, spread over its elements by area; element 0 starts at `start + frac`. `within` (both ends inclusive)
   * holds all events of the columns that reach out of it: they lie at its ends, and nothing of them is lost there.
   */
  accumulate(
    lane: number,
    level: number,
    range: Range,
    within: Range,
    start: bigint,
    frac: number,
    perElement: number,
    into: Float32Array,
  ): void {
    const span = tileSpan(level);
    const end = floorDiv(range.to - 1n, span);
    this.clock++;
    for (let index = floorDiv(range.from, span); index <= end; index++) {
      const from = index * span > range.from ? index * span : range.from;
      const to = (index + 1n) * span < range.to ? (index + 1n) * span : range.to;
      this.draw(lane, level, index, { from, to }, { start, frac, perElement, into, within }, 0);
    }
  }

  /** The column a coordinate lies in, if it is there at just this level. */
  columnAt(
    level: number,
    coord: bigint,
  ): { from: bigint; to: bigint; count: (lane: number) => number } | null {
    const span = tileSpan(level);
    const index = floorDiv(coord, span);
    const tile = this.tiles.get(`${level}:${index}`);
    if (tile === undefined) return null;
    const column = Number((coord - index * span) >> BigInt(level));
    const from = index * span + (BigInt(column) << BigInt(level));
    return {
      from,
      to: from + (1n << BigInt(level)),
      count: (lane) => tile.rows.get(lane)?.counts[column] ?? 0,
    };
  }

  private draw(lane: number, level: number, index: bigint, clip: Range, target: Target, depth: number): void {
    if (this.spread(lane, level, index, clip, target)) return;
    for (let up = 1; depth === 0 && up <= 12; up++) {
      if (this.spread(lane, level + up, index >> BigInt(up), clip, target)) return;
    }
    if (depth >= 3 || level === 0) return;
    const middle = (index * 2n + 1n) * tileSpan(level - 1);
    if (clip.from < middle) {
      const to = clip.to < middle ? clip.to : middle;
      this.draw(lane, level - 1, index * 2n, { from: clip.from, to }, target, depth + 1);
    }
    if (clip.to > middle) {
      const from = clip.from > middle ? clip.from : middle;
      this.draw(lane, level - 1, index * 2n + 1n, { from, to: clip.to }, target, depth + 1);
    }
  }

  private spread(
    lane: number,
    level: number,
    index: bigint,
    clip: Range,
    { start, frac, perElement, into, within }: Target,
  ): boolean {
    const tile = this.tiles.get(`${level}:${index}`);
    const counts = tile?.rows.get(lane)?.counts;
    if (tile === undefined || counts === undefined) return false;
    tile.used = this.clock;
    const width = Number(1n << BigInt(level)) / perElement;
    const origin = (Number(index * tileSpan(level) - start) - frac) / perElement;
    const elementOf = (coord: bigint): number => (Number(coord - start) - frac) / perElement;
    const [clipFrom, clipTo] = [elementOf(clip.from), elementOf(clip.to)];
    // A column much wider than an element stands in for finer ones, and may reach over a gap to other events.
    const ends = width <= 2;
    const [first, last] = ends ? [elementOf(within.from), elementOf(within.to + 1n)] : [-Infinity, Infinity];
    const firstColumn = Math.max(0, Math.floor((clipFrom - origin) / width));
    const endColumn = Math.min(TILE_COLUMNS, Math.ceil((clipTo - origin) / width));
    for (let c = firstColumn; c < endColumn; c++) {
      const count = counts[c] ?? 0;
      if (count === 0) continue;
      const own = { from: Math.max(origin + c * width, first), to: Math.min(origin + (c + 1) * width, last) };
      if (own.to - own.from < MOMENT) {
        const x = Math.floor(own.from);
        if (x >= 0 && x < into.length) into[x] = (into[x] ?? 0) + count;
        continue;
      }
      const a = Math.max(own.from, clipFrom);
      const b = Math.min(own.to, clipTo);
      const each = count / (own.to - own.from);
      for (let x = Math.max(0, Math.floor(a)); x < b && x < into.length; x++) {
        into[x] = (into[x] ?? 0) + each * (Math.min(b, x + 1) - Math.max(a, x));
      }
    }
    return true;
  }

  /** The next run of neighbours among the wanted ones that lack the same lanes. */
  private next(): (Wanted & { count: number }) | null {
    const first = this.wanted[0];
    if (first === undefined) return null;
    const key = first.lanes.join();
    const rest = new Set(this.wanted.filter((w) => w.lanes.join() === key).map((w) => w.index));
    let { index } = first;
    let end = index + 1n;
    while (rest.has(end) && end - index < MAX_TILES_A_REQUEST) end++;
    while (rest.has(index - 1n) && end - index < MAX_TILES_A_REQUEST) index--;
    this.wanted = this.wanted.filter((w) => w.index < index || w.index >= end);
    return { ...first, index, count: Number(end - index) };
  }

  private async run(): Promise<void> {
    this.inFlight = true;
    for (let run = this.next(); run !== null; run = this.next()) {
      const { age, epoch } = this;
      const span = tileSpan(run.level);
      try {
        const answer = await this.fetch({
          lanes: run.lanes.includes(ALL_LANES) ? [] : run.lanes,
          from: run.index * span,
          to: (run.index + BigInt(run.count)) * span,
          columns: run.count * TILE_COLUMNS,
        });
        if (epoch === this.epoch) this.store(run, age, answer);
      } catch {
        // What is drawn stays; the next change asks again.
        this.wanted = [];
        this.failed = true;
      }
    }
    this.inFlight = false;
    this.changed();
  }

  private store(run: Wanted & { count: number }, age: number, answer: ArrayBuffer): void {
    const header = new Uint32Array(answer, 0, 4);
    const columns = header[2] ?? 0;
    if (columns !== run.count * TILE_COLUMNS || header[1] !== run.lanes.length) return;
    for (let i = 0; i < run.count; i++) {
      const key = `${run.level}:${run.index + BigInt(i)}`;
      const rows = this.tiles.get(key)?.rows ?? new Map<number, Row>();
      for (const [row, lane] of run.lanes.entries()) {
        const at = 16 + 4 * (row * columns + i * TILE_COLUMNS);
        // A copy, so that one tile does not keep the whole answer.
        rows.set(lane, { counts: new Uint32Array(answer, at, TILE_COLUMNS).slice(), age });
      }
      this.tiles.set(key, { rows, used: this.clock });
    }
    if (this.tiles.size > MAX_TILES) this.evict();
    this.changed();
  }

  private evict(): void {
    const oldest = [...this.tiles].sort((a, b) => a[1].used - b[1].used);
    for (const [key] of oldest.slice(0, this.tiles.size - MAX_TILES * 0.75)) this.tiles.delete(key);
  }
}

/** Stands for all events in one; a request for it names no lane. */
export const ALL_LANES = -1;

export interface Marks {
  coords: BigInt64Array;
  ordinals: Uint32Array;
  lanes: Uint32Array;
}

/** The answer of `marks`; `null` when there are more than asked for. */
export function readMarks(answer: ArrayBuffer): Marks | null {
  const count = new Uint32Array(answer, 0, 2)[1] ?? 0;
  if (count === 0xffffffff) return null;
  return {
    coords: new BigInt64Array(answer.slice(8, 8 + count * 8)),
    ordinals: new Uint32Array(answer.slice(8 + count * 8, 8 + count * 12)),
    lanes: new Uint32Array(answer.slice(8 + count * 12, 8 + count * 16)),
  };
}
