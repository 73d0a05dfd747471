/**
 * From coordinates to pixels. Coordinates are 64-bit integers (nanoseconds, ordinals); what is drawn is a line on which long gaps
 * may be folded. A view keeps its start as an integer and only the rest as a float, so that a nanosecond stays one.
 */
import { floorDiv } from './time';

/** A stretch of the axis that is drawn to scale. `at` is where it starts on the drawn line. */
export interface Segment {
  from: bigint;
  /** Exclusive, except that the last one includes it. */
  to: bigint;
  at: bigint;
}

export interface Fold {
  segments: Segment[];
  /** The length of the drawn line. */
  length: bigint;
  /** What a folded gap takes of it. */
  gapLength: bigint;
}

export interface Gap {
  from: bigint;
  to: bigint;
}

/**
 * Folds the gaps that are longer than a 1/24 of the whole; each is left 1/80 of what remains. Where nothing remains, because all events stand at
 * single moments, each is left as much as the shortest takes, which is drawn to scale.
 */
export function fold(from: bigint, to: bigint, gaps: readonly Gap[]): Fold {
  const whole = to > from ? to - from : 1n;
  const all = gaps
    .filter((g) => g.from >= from && g.to <= to && (g.to - g.from) * 24n > whole)
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  const active = all.reduce((rest, g) => rest - (g.to - g.from), whole);
  const shortest = all.reduce((least, g) => (g.to - g.from < least ? g.to - g.from : least), whole);
  const each = active === 0n ? shortest : active / 80n + 1n;
  const long = all.filter((g) => g.to - g.from > each);
  const gapLength = long.length === 0 ? 0n : each;
  const segments: Segment[] = [];
  let at = 0n;
  let start = from;
  for (const gap of long) {
    segments.push({ from: start, to: gap.from, at });
    at += gap.from - start + gapLength;
    start = gap.to;
  }
  segments.push({ from: start, to: start > to ? start : to, at });
  at += to > start ? to - start : 0n;
  return { segments, length: at > 0n ? at : 1n, gapLength };
}

/** The gaps that are folded. */
export const gapsOf = ({ segments }: Fold): Gap[] =>
  segments.slice(1).map(({ from }, i) => ({ from: segments[i]?.to ?? from, to: from }));

/** Where a coordinate lies on the drawn line. */
export function toLine(f: Fold, coord: bigint): bigint {
  const [first] = f.segments;
  if (first === undefined) return coord;
  if (coord <= first.from) return coord - first.from;
  for (const [i, s] of f.segments.entries()) {
    const next = f.segments[i + 1];
    if (coord <= s.to || next === undefined) return s.at + (coord - s.from);
    if (coord < next.from) {
      return s.at + (s.to - s.from) + ((coord - s.to) * f.gapLength) / (next.from - s.to);
    }
  }
  return coord - first.from;
}

/** The coordinate at a place of the drawn line. */
export function fromLine(f: Fold, line: bigint): bigint {
  const [first] = f.segments;
  if (first === undefined) return line;
  for (const [i, s] of f.segments.entries()) {
    const next = f.segments[i + 1];
    const end = s.at + (s.to - s.from);
    if (line <= end || next === undefined) return s.from + (line - s.at);
    if (line < next.at) return s.to + ((line - end) * (next.from - s.to)) / f.gapLength;
  }
  return line;
}

/** What is visible of the drawn line: it starts at `from + frac` and is `span` long. */
export interface View {
  from: bigint;
  frac: number;
  span: number;
}

/** Keeps the float part small. */
export function normalise(from: bigint, frac: number, span: number): View {
  const whole = Math.floor(frac);
  return { from: from + BigInt(whole), frac: frac - whole, span };
}

export const lineToX = (v: View, line: bigint, width: number): number =>
  ((Number(line - v.from) - v.frac) / v.span) * width;

export function xToLine(v: View, x: number, width: number): bigint {
  return v.from + BigInt(Math.round(v.frac + (x / width) * v.span));
}

export function pan(v: View, pixels: number, width: number): View {
  return normalise(v.from, v.frac + (pixels / width) * v.span, v.span);
}

/** Zooms by a factor (below 1: closer), keeping what lies under `x` there. */
export function zoom(
  v: View,
  factor: number,
  x: number,
  width: number,
  minSpan: number,
  maxSpan: number,
): View {
  // What is closer than the closest stays so until one goes away from it.
  const span = Math.min(Math.max(v.span * factor, Math.min(minSpan, v.span)), maxSpan);
  const share = x / width;
  return normalise(v.from, v.frac + share * (v.span - span), span);
}

/** From where to where a view reaches, on a picture of another one. */
export function extentOn(other: View, v: View, width: number): { from: number; to: number } {
  const start = Number(v.from - other.from) + v.frac - other.frac;
  return { from: (start / other.span) * width, to: ((start + v.span) / other.span) * width };
}

/** Keeps at least a tenth of the view on the data. */
export function clampView(v: View, length: bigint): View {
  const slack = v.span * 0.9;
  const start = Number(v.from) + v.frac;
  const most = Number(length) - v.span + slack;
  if (start < -slack) return normalise(0n, -slack, v.span);
  if (start > most) return normalise(length, slack - v.span, v.span);
  return v;
}

/** The whole line with a small margin. */
export function fitView(length: bigint): View {
  const n = Number(length);
  return normalise(0n, -n * 0.01, Math.max(n * 1.02, 1));
}

/** Rounds to the greatest power of ten that is no more than `unit`: digits a pixel cannot mean are zero. */
export function roundTo(coord: bigint, unit: number): bigint {
  if (!(unit >= 10)) return coord;
  const step = 10n ** BigInt(Math.floor(Math.log10(unit)));
  return floorDiv(coord + step / 2n, step) * step;
}

/** The parts of the segments that lie between two places of the drawn line, in coordinates. */
export function visibleRanges(
  f: Fold,
  lineFrom: bigint,
  lineTo: bigint,
): { from: bigint; to: bigint; segment: Segment }[] {
  const out: { from: bigint; to: bigint; segment: Segment }[] = [];
  for (const [i, s] of f.segments.entries()) {
    const end = s.at + (s.to - s.from);
    const last = i === f.segments.length - 1;
    // A segment of one instant is a place too.
    if (end < lineFrom || s.at > lineTo) continue;
    const a = lineFrom > s.at ? lineFrom : s.at;
    const b = lineTo < end ? lineTo : end;
    out.push({
      from: s.from + (a - s.at),
      to: s.from + (b - s.at) + (last || b === end ? 1n : 0n),
      segment: s,
    });
  }
  return out;
}
