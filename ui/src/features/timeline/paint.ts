/** Draws what changes only with the data or the view: ruler, lanes, gaps, minimap. */
import type { AxisDto } from '../../ipc/contract';
import { durationText } from '../../i18n/duration';
import type { Run } from '../../model/overview';
import { fitView, lineToX, toLine, visibleRanges } from '../../model/axis';
import type { Fold, View } from '../../model/axis';
import { elideMiddle } from '../../model/names';
import { visible } from '../../model/visible';
import { barsOf, runsOf } from '../../model/overview';
import { pairsOf } from '../../model/validity';
import { ALL_LANES, levelFor } from '../../model/tiles';
import type { Range, TileCache } from '../../model/tiles';
import type { Values } from '../../model/valueLane';
import type { Palette } from '../../theme/tokens';
import { MARK_LIMIT } from './data';
import type { MarksInRange, TimelineData } from './data';
import type { DrawnValid } from '../../state/validTimes.svelte';
import { laneBox, MINIMAP } from './layout';
import type { Layout } from './layout';
import { marksOf } from './ruler';
import { paintValues } from './values';

export interface Scene {
  layout: Layout;
  dpr: number;
  palette: Palette;
  axis: AxisDto;
  fold: Fold;
  view: View;
  bounds: Range;
  /** Each drawn from the events of one lane or of several. */
  lanes: { keys: readonly number[]; colour: string; name: string }[];
  /** The lanes of watched fields; `null`: what they hold is not known yet. */
  values: { values: Values | null; colour: string }[];
  /** Whether valid times stand beside recorded ones where events are drawn one by one. */
  validTimes: boolean;
  scale: 'sqrt' | 'linear';
  idle: (duration: string) => string;
  wholeName: string;
  /** Whether it is known what the axis spans; until then only the frame of it all is drawn. */
  ready: boolean;
}

export interface Drawn {
  level: number;
  /** Single events by lane, when that is what is drawn. */
  marks: MarksInRange | null;
  validTimes: DrawnValid;
}

export const WORDS = '12px Inter, system-ui, sans-serif';
export const DATA = '11px "JetBrains Mono", monospace';

/** What the lanes are filled from, one element a device pixel. */
function counts(
  cache: TileCache,
  lanes: readonly number[],
  scene: Scene,
  view: View,
  pixels: number,
): Float32Array {
  const into = new Float32Array(pixels);
  const per = view.span / pixels;
  const level = levelFor(per);
  for (const { from, to, segment } of visibleRanges(
    scene.fold,
    view.from,
    view.from + BigInt(Math.ceil(view.span + view.frac)),
  )) {
    for (const lane of lanes)
      cache.accumulate(
        lane,
        level,
        { from, to },
        segment,
        view.from - segment.at + segment.from,
        view.frac,
        per,
        into,
      );
  }
  return into;
}

/** What must be there for a view: itself first, then a window's width on each side. */
function wanted(scene: Scene, view: View, sides: boolean): Range[] {
  const span = BigInt(Math.ceil(view.span)) + 1n;
  const ranges = (from: bigint): Range[] => visibleRanges(scene.fold, from, from + span);
  return sides
    ? [...ranges(view.from), ...ranges(view.from + span), ...ranges(view.from - span)]
    : ranges(view.from);
}

const greatest = (values: Float32Array): number => values.reduce((most, v) => (v > most ? v : most), 0);

/** Rounded up to half powers of two, so that heights stay calm while one pans. */
const calm = (peak: number): number => 2 ** (Math.ceil(Math.log2(Math.max(peak, 1)) * 2) / 2);

function fillLane(
  g: CanvasRenderingContext2D,
  values: Float32Array,
  peak: number,
  box: { left: number; top: number; bottom: number },
  scene: Scene,
  colour: string,
): void {
  const { dpr } = scene;
  const left = Math.round(box.left * dpr);
  const base = Math.round(box.bottom * dpr);
  const full = base - Math.round(box.top * dpr);
  g.beginPath();
  let inside = false;
  for (let x = 0; x <= values.length; x++) {
    const v = values[x] ?? 0;
    if (v < 0.004) {
      if (inside) g.lineTo(left + x, base);
      inside = false;
      continue;
    }
    const share = v / peak;
    const height = Math.max(1.5 * dpr, Math.min(1, scene.scale === 'sqrt' ? Math.sqrt(share) : share) * full);
    if (!inside) g.moveTo(left + x, base);
    g.lineTo(left + x, base - height);
    g.lineTo(left + x + 1, base - height);
    inside = true;
  }
  g.fillStyle = colour;
  g.fill();
}

function paintRuler(g: CanvasRenderingContext2D, s: Scene): void {
  const { layout: l } = s;
  g.fillStyle = s.palette.line;
  for (const { x } of marksOf(s)) {
    g.fillRect(Math.round(x), l.lanesTop - 4, 1, l.lanesBottom - l.lanesTop + 4);
    g.fillRect(Math.round(x), l.valuesTop, 1, l.values * l.valueHeight);
  }
}

/** Gaps are drawn as two lines and the time that passes between them. */
function paintGaps(g: CanvasRenderingContext2D, s: Scene): void {
  const { layout: l, palette } = s;
  /** How far texts reach: one that has no room is left out, and the next one told. */
  let taken = -Infinity;
  for (const [i, segment] of s.fold.segments.entries()) {
    const next = s.fold.segments[i + 1];
    if (next === undefined) continue;
    const a = l.left + lineToX(s.view, segment.at + segment.to - segment.from, l.inner);
    const b = l.left + lineToX(s.view, next.at, l.inner);
    if (b < l.left || a > l.left + l.inner) continue;
    const [x0, x1] = [Math.max(a, l.left), Math.min(b, l.left + l.inner)];
    g.fillStyle = palette.background;
    g.fillRect(x0, l.lanesTop - 6, x1 - x0, l.lanesBottom - l.lanesTop + 6);
    g.fillStyle = palette.dim;
    for (const x of [a, b])
      if (x >= l.left && x <= l.left + l.inner)
        g.fillRect(Math.round(x), l.lanesTop - 6, 1, l.lanesBottom - l.lanesTop + 6);
    const length = next.from - segment.to;
    const text = s.idle(s.axis === 'time' ? durationText(length) : String(length));
    g.font = '10px Inter, system-ui, sans-serif';
    g.textAlign = 'center';
    g.fillStyle = palette.dim;
    const middle = (x0 + x1) / 2;
    const half = g.measureText(text).width / 2;
    const at = Math.min(Math.max(middle, l.left + half), l.left + l.inner - half);
    if (at - half < taken + 4) continue;
    taken = at + half;
    g.fillText(text, at, l.lanesTop - 12);
  }
}

function paintMarks(g: CanvasRenderingContext2D, s: Scene, found: MarksInRange): void {
  const { layout: l, dpr } = s;
  const { marks } = found;
  if (marks === null) return;
  const order = new Map(s.lanes.flatMap(({ keys }, i) => keys.map((key) => [key, i] as const)));
  for (const [i, coord] of marks.coords.entries()) {
    const x = l.left + lineToX(s.view, toLine(s.fold, coord), l.inner);
    if (x < l.left - 1 || x > l.left + l.inner + 1) continue;
    const at = order.get(found.lanes[marks.lanes[i] ?? 0] ?? -1);
    const lane = at === undefined ? undefined : s.lanes[at];
    if (at === undefined || lane === undefined) continue;
    const box = laneBox(l, at);
    const height = (box.bottom - box.top) * 0.72;
    g.fillStyle = lane.colour;
    g.fillRect(Math.round((x - 1) * dpr) / dpr, box.bottom - height, 2, height);
  }
}

/** The events in sight that are valid at another time: a diamond there, and a line to where each was recorded. */
function paintValidTimes(
  g: CanvasRenderingContext2D,
  s: Scene,
  data: TimelineData,
  found: MarksInRange,
): DrawnValid {
  const { layout: l } = s;
  const { marks } = found;
  if (marks === null) return 'dense';
  const x = (coord: bigint): number => l.left + lineToX(s.view, toLine(s.fold, coord), l.inner);
  const isSeen = (at: number): boolean => at >= l.left - 1 && at <= l.left + l.inner + 1;
  const known = data.needValid([...marks.ordinals].filter((_, i) => isSeen(x(marks.coords[i] ?? 0n))));
  const order = new Map(s.lanes.flatMap(({ keys }, i) => keys.map((key) => [key, i] as const)));
  let drawn = 0;
  for (const { recorded, valid, lane: index } of pairsOf(marks, data.valid)) {
    const at = order.get(found.lanes[index] ?? -1);
    const lane = at === undefined ? undefined : s.lanes[at];
    const [from, to] = [x(recorded), x(valid)];
    if (at === undefined || lane === undefined || (!isSeen(from) && !isSeen(to))) continue;
    const { top, bottom } = laneBox(l, at);
    const head = bottom - (bottom - top) * 0.72;
    const y = top + (head - top) * 0.45;
    drawn++;
    g.strokeStyle = lane.colour;
    g.lineWidth = 1;
    g.globalAlpha = 0.75;
    g.beginPath();
    g.moveTo(from, head);
    g.lineTo(to, y);
    g.stroke();
    g.globalAlpha = 1;
    g.fillStyle = s.palette.panel;
    g.beginPath();
    g.moveTo(to, y - 4);
    g.lineTo(to + 4, y);
    g.lineTo(to, y + 4);
    g.lineTo(to - 4, y);
    g.closePath();
    g.fill();
    g.stroke();
  }
  return known ? drawn : 'waiting';
}

/** Whether there are too many events in sight to draw them one by one. */
const isDense = (s: Scene, total: number): boolean => total > Math.min(s.layout.inner / 3, MARK_LIMIT / 4);

function marksInView(s: Scene, data: TimelineData, total: number): MarksInRange | null {
  if (isDense(s, total)) return null;
  const ranges = visibleRanges(
    s.fold,
    s.view.from,
    s.view.from + BigInt(Math.ceil(s.view.span + s.view.frac)),
  );
  const [first, last] = [ranges[0], ranges[ranges.length - 1]];
  if (first === undefined || last === undefined) return null;
  const found = data.marksFor(first.from, last.to);
  return found;
}

/** Says which counts should be there; what is missing is fetched. Answers the level of the lanes' columns. */
export function ask(s: Scene, data: TimelineData): { level: number; whole: View } {
  if (!s.ready) return { level: 0, whole: s.view };
  const pixels = Math.round(s.layout.inner * s.dpr);
  const level = levelFor(s.view.span / pixels);
  const whole = fitView(s.fold.length);
  data.lanes.want(level, wanted(s, s.view, true), s.bounds);
  data.whole.want(levelFor(whole.span / pixels), wanted(s, whole, false), s.bounds);
  return { level, whole };
}

function paintName(g: CanvasRenderingContext2D, s: Scene, name: string, middle: number): void {
  g.font = WORDS;
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  g.fillText(
    elideMiddle(visible(name), s.layout.left - 22, (text) => g.measureText(text).width),
    12,
    middle,
  );
}

interface Lanes {
  marks: MarksInRange | null;
  validTimes: DrawnValid;
}

function paintLanes(g: CanvasRenderingContext2D, s: Scene, data: TimelineData): Lanes {
  const { layout: l, dpr } = s;
  const pixels = Math.round(l.inner * dpr);
  const visible = s.lanes.slice(l.first, l.end);
  const rows = visible.map(({ keys }) => counts(data.lanes, keys, s, s.view, pixels));
  const total = rows.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0);
  const found = marksInView(s, data, total);
  const marks = found?.marks == null ? null : found;
  let validTimes: DrawnValid = isDense(s, total) || (found !== null && marks === null) ? 'dense' : 'waiting';
  const peak = calm(Math.max(...rows.map(greatest), 0));
  g.save();
  g.beginPath();
  g.rect(0, l.lanesTop, l.width, l.lanesBottom - l.lanesTop);
  g.clip();
  for (const [i, { keys, colour, name }] of visible.entries()) {
    const { top, bottom } = laneBox(l, l.first + i);
    g.fillStyle = s.palette.line;
    g.fillRect(l.left, Math.round(bottom) - 1, l.inner, 1);
    const row = rows[i];
    if (row !== undefined && (marks === null || !keys.every((key) => marks.lanes.includes(key)))) {
      g.save();
      g.setTransform(1, 0, 0, 1, 0, 0);
      fillLane(g, row, peak, { left: l.left, top, bottom }, s, colour);
      g.restore();
    }
    if (data.waiting) {
      // A lane whose counts are on the way is no lane without events.
      g.globalAlpha = 0.3;
      g.fillStyle = colour;
      g.fillRect(l.left, Math.round(bottom) - 4, l.inner, 3);
      g.globalAlpha = 1;
    }
    g.fillStyle = s.palette.text;
    paintName(g, s, name, (top + bottom) / 2);
  }
  if (marks !== null) paintMarks(g, s, marks);
  if (marks !== null && s.validTimes && s.axis === 'time') {
    g.beginPath();
    g.rect(l.left, l.lanesTop, l.inner, l.lanesBottom - l.lanesTop);
    g.clip();
    validTimes = paintValidTimes(g, s, data, marks);
  }
  g.restore();
  return { marks, validTimes };
}

/** Where a coordinate is wider than a pixel: each that has events, at its place and not smeared over its width. */
function apart(s: Scene, data: TimelineData, whole: View): Run[] | null {
  const length = Number(s.fold.length) + 1;
  if (whole.span > s.layout.inner * s.dpr) return null;
  const each = counts(data.whole, [ALL_LANES], s, { from: 0n, frac: 0, span: length }, length);
  return [...each.entries()]
    .filter(([, events]) => events > 0)
    .map(([line, events]) => {
      const x = Math.round(lineToX(whole, BigInt(line), s.layout.inner) * s.dpr);
      return { from: x, to: x, events };
    });
}

function paintMinimap(g: CanvasRenderingContext2D, s: Scene, data: TimelineData, whole: View): void {
  const { layout: l, dpr, palette } = s;
  const pixels = Math.round(l.inner * dpr);
  const row = counts(data.whole, [ALL_LANES], s, whole, pixels);
  g.fillStyle = palette.raised;
  g.fillRect(l.left, l.minimapTop, l.inner, MINIMAP);
  g.save();
  g.setTransform(1, 0, 0, 1, 0, 0);
  const box = { left: l.left, top: l.minimapTop + 3, bottom: l.minimapTop + MINIMAP };
  const bars = barsOf(
    apart(s, data, whole) ?? runsOf(row),
    pixels,
    Math.max(2, Math.round(2 * dpr)),
    s.scale,
  );
  if (bars === null) fillLane(g, row, Math.max(greatest(row), 1), box, s, palette.dim + '99');
  else {
    const [left, base] = [Math.round(box.left * dpr), Math.round(box.bottom * dpr)];
    g.fillStyle = palette.dim;
    for (const bar of bars) {
      const height = Math.max(4, bar.share * (base - Math.round(box.top * dpr)));
      g.fillRect(left + bar.from, base - height, bar.width, height);
    }
  }
  g.restore();
  g.fillStyle = palette.dim;
  paintName(g, s, s.wholeName, l.minimapTop + MINIMAP / 2);
}

/** Before the first answer: where the lanes and the whole will be. */
function paintSkeleton(g: CanvasRenderingContext2D, s: Scene): void {
  const { layout: l, palette } = s;
  const height = Math.min(54, (l.lanesBottom - l.lanesTop) / 4);
  for (let i = 1; i <= 4; i++) {
    const bottom = Math.round(l.lanesTop + i * height);
    g.fillStyle = palette.line;
    g.fillRect(l.left, bottom - 1, l.inner, 1);
    g.fillStyle = palette.raised;
    g.fillRect(12, Math.round(bottom - height / 2 - 3), 38 + ((i * 17) % 26), 9);
  }
  g.fillStyle = palette.raised;
  g.fillRect(l.left, l.minimapTop, l.inner, MINIMAP);
}

export function paintBase(g: CanvasRenderingContext2D, s: Scene, data: TimelineData): Drawn {
  g.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  g.clearRect(0, 0, s.layout.width, s.layout.height);
  if (!s.ready) {
    paintSkeleton(g, s);
    return { level: 0, marks: null, validTimes: 'waiting' };
  }
  paintRuler(g, s);
  const { level, whole } = ask(s, data);
  const { marks, validTimes } = paintLanes(g, s, data);
  paintValues(g, s);
  paintGaps(g, s);
  paintMinimap(g, s, data, whole);
  return { level, marks, validTimes };
}
