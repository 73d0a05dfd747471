/**
 * The values of a field along the axis, for a lane of their own: a step curve where they are numbers, bands where they are not. Only the drawing
 * rounds; no column of pixels loses its lowest or highest value.
 */
import type { PlaceDto, WatchDto } from '../ipc/contract';
import { numberOf } from './curve';

/** The changes of a field, column by column. */
export interface Values {
  coords: readonly bigint[];
  /** The same, from the first one on, as floats: near enough for drawing many of them. */
  since: Float64Array;
  /** At that moment: the ordinal from which on. */
  places: readonly number[];
  ordinals: readonly number[];
  /** JSON; `null`: the field is not there. */
  values: readonly (string | null)[];
  /** As numbers, for drawing; `NaN` where there is none. `null`: they are no numbers. */
  numbers: Float64Array | null;
  least: number;
  most: number;
  /** How many changes there are, those left out included. */
  total: number;
}

/** Numbers, and `null` now and then, make a curve; anything else bands. */
export function readValues({ coords, places, ordinals, values, total }: WatchDto): Values {
  const numbers = Float64Array.from(values, (json) => numberOf(json) ?? NaN);
  let [least, most] = [Infinity, -Infinity];
  let curve = false;
  let other = false;
  for (const [i, n] of numbers.entries()) {
    if (Number.isFinite(n)) {
      curve = true;
      if (n < least) least = n;
      if (n > most) most = n;
    } else if (values[i] !== null && values[i] !== 'null') other = true;
  }
  const exact = coords.map(BigInt);
  return {
    coords: exact,
    since: Float64Array.from(exact, (coord) => Number(coord - (exact[0] ?? 0n))),
    places,
    ordinals,
    values,
    numbers: curve && !other ? numbers : null,
    least,
    most,
    total,
  };
}

/** The index of the last change at or before a coordinate; -1 before the first. */
export function lastAt({ coords }: Values, coord: bigint): number {
  let [low, high] = [0, coords.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((coords[middle] ?? 0n) <= coord) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The index of the change that holds at a place; -1 before the first. */
export function indexAt(of: Values, { coord, ordinal }: PlaceDto): number {
  const at = BigInt(coord);
  let i = lastAt(of, at);
  // Of one moment only what the place includes.
  while (ordinal !== null && i >= 0 && of.coords[i] === at && (of.places[i] ?? 0) > ordinal) i--;
  return i;
}

/** A stretch of the axis that is drawn to scale: where it begins in pixels, and how many a coordinate takes. */
export interface Stretch {
  from: bigint;
  to: bigint;
  x: number;
  perUnit: number;
}

/** Where the changes in sight are drawn. */
export interface Placed {
  /** The first change in sight, or where it would be. */
  first: number;
  /** In pixels, from that one on. */
  xs: Float64Array;
}

/** So many are placed to the last digit; more stand so close that a float will do. */
const EXACT = 2000;

export function placeIn(of: Values, stretches: readonly Stretch[]): Placed {
  const [start] = stretches;
  if (start === undefined) return { first: 0, xs: new Float64Array() };
  const first = lastAt(of, start.from - 1n) + 1;
  const end = lastAt(of, stretches.at(-1)?.to ?? start.to) + 1;
  const xs = new Float64Array(Math.max(0, end - first));
  const origin = of.coords[0] ?? 0n;
  let i = first;
  for (const stretch of stretches) {
    const last = Math.min(end, lastAt(of, stretch.to) + 1);
    const exact = last - i <= EXACT;
    const shift = Number(stretch.from - origin);
    for (; i < last; i++) {
      const length = exact
        ? Number((of.coords[i] as bigint) - stretch.from)
        : (of.since[i] as number) - shift;
      // What lies in a fold stands at its end.
      xs[i - first] = stretch.x + Math.max(0, length) * stretch.perUnit;
    }
  }
  return { first, xs };
}

/** What a column of pixels holds: from the value that comes in to the one that goes out, and how far it reached. */
export interface Column {
  x: number;
  low: number;
  high: number;
  last: number;
}

/** A stretch without a number breaks the curve: `NaN` as the last value. */
export interface Curve {
  /** The value that holds at the left edge; `NaN`: none. */
  enters: number;
  columns: readonly Column[];
}

/** The curve of what is in sight, one entry a column of pixels at most. */
export function curveOf({ numbers }: Values, { first, xs }: Placed): Curve {
  const columns: Column[] = [];
  if (numbers === null) return { enters: NaN, columns };
  const enters = numbers[first - 1] ?? NaN;
  let now: Column | null = null;
  let held = enters;
  for (const [i, at] of xs.entries()) {
    const x = Math.floor(at);
    const value = numbers[first + i] as number;
    if (now === null || now.x !== x) {
      now = { x, low: held, high: held, last: held };
      columns.push(now);
    }
    // What is no number has no height; what stood before it still has.
    if (!Number.isNaN(value)) {
      now.low = Number.isNaN(now.low) ? value : Math.min(now.low, value);
      now.high = Number.isNaN(now.high) ? value : Math.max(now.high, value);
    }
    now.last = value;
    held = value;
  }
  return { enters, columns };
}

export interface Band {
  from: number;
  to: number;
  /** JSON of the value; `undefined`: several, each too narrow to be told apart. */
  value: string | undefined;
}

/** What is narrower than this is one of several. */
const NARROW = 3;

/** The bands of what is in sight, in pixels; where the field is not there, there is none. */
export function bandsOf({ values }: Values, { first, xs }: Placed, width: number): Band[] {
  const out: Band[] = [];
  for (let i = -1; i < xs.length; i++) {
    const value = values[first + i] ?? null;
    const left = Math.max(0, i < 0 ? 0 : (xs[i] as number));
    const right = Math.min(width, xs[i + 1] ?? width);
    if (value === null || right <= left) continue;
    const last = out.at(-1);
    if (right - left >= NARROW) out.push({ from: left, to: right, value });
    else if (last !== undefined && last.value === undefined && left - last.to < 1) last.to = right;
    else out.push({ from: left, to: right, value: undefined });
  }
  return out;
}

/** Where it changed, in whole pixels, each once. */
export function ticksOf({ xs }: Placed): number[] {
  const out: number[] = [];
  for (const at of xs) {
    const x = Math.round(at);
    if (out.at(-1) !== x) out.push(x);
  }
  return out;
}

/** A number between 0 and `colours - 1` for a value, the same for the same one. */
export function colourOf(value: string, colours: number): number {
  let digest = 0;
  for (const c of value) digest = (Math.imul(digest, 31) + (c.codePointAt(0) ?? 0)) >>> 0;
  return digest % colours;
}
