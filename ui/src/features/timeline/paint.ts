/** Draws what changes only with the data or the view: ruler, lanes, gaps, minimap. */
import type { AxisDto, LaneDto } from '../../ipc/contract';
import { fitView, lineToX, toLine, visibleRanges } from '../../model/axis';
import type { Fold, View } from '../../model/axis';
import { fractionGroups, numberTicks, rulerContext, timeStep, timeTicks } from '../../model/ticks';
import { durationText } from '../../model/time';
import { ALL_LANES, levelFor } from '../../model/tiles';
import type { Range, TileCache } from '../../model/tiles';
import type { Palette } from '../../theme/tokens';
import { MARK_LIMIT } from './data';
import type { MarksInRange, TimelineData } from './data';
import { laneBox, MINIMAP } from './layout';
import type { Layout } from './layout';

export interface Scene {
  layout: Layout;
  dpr: number;
  palette: Palette;
  axis: AxisDto;
  fold: Fold;
  view: View;
  bounds: Range;
  lanes: { lane: LaneDto; colour: string; name: string }[];
  scale: 'sqrt' | 'linear';
  idle: (duration: string) => string;
  wholeName: string;
}

export interface Drawn {
  level: number;
  /** Single events by lane, when that is what is drawn. */
  marks: MarksInRange | null;
}

export const WORDS = '12px Inter, system-ui, sans-serif';
export const DATA = '11px "JetBrains Mono", monospace';

/** What the lanes are filled from, one element a device pixel. */
function counts(cache: TileCache, lane: number, scene: Scene, view: View, pixels: number): Float32Array {
  const into = new Float32Array(pixels);
  const per = view.span / pixels;
  const level = levelFor(per);
  for (const { from, to, segment } of visibleRanges(
    scene.fold,
    view.from,
    view.from + BigInt(Math.ceil(view.span + view.frac)),
  )) {
    cache.accumulate(lane, level, { from, to }, view.from - segment.at + segment.from, view.frac, per, into);
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
  const { layout: l, palette } = s;
  const perPixel = s.view.span / l.inner;
  const lineEnd = s.view.from + BigInt(Math.ceil(s.view.span + s.view.frac));
  const ranges = visibleRanges(s.fold, s.view.from, lineEnd);
  const step = timeStep(perPixel * 92);
  const apart = s.axis === 'time' && fractionGroups(step) === 3 ? 110 : 92;
  g.textBaseline = 'middle';
  g.font = DATA;
  let taken = -Infinity;
  for (const { from, to } of ranges) {
    const ticks =
      s.axis === 'time'
        ? timeTicks(from, to, timeStep(perPixel * apart))
        : numberTicks(from, to, perPixel * apart);
    for (const tick of ticks) {
      const x = l.left + lineToX(s.view, toLine(s.fold, tick.coord), l.inner);
      if (x < l.left - 1 || x > l.left + l.inner + 1) continue;
      g.fillStyle = palette.line;
      g.fillRect(Math.round(x), l.lanesTop - 4, 1, l.lanesBottom - l.lanesTop + 4);
      const width = g.measureText(tick.label).width;
      if (x - width / 2 < taken + 8 || x + width / 2 > l.left + l.inner + 8) continue;
      g.fillStyle = tick.strong ? palette.text : palette.dim;
      g.textAlign = 'center';
      g.fillText(tick.label, x, 11);
      taken = x + width / 2;
    }
  }
  const first = ranges[0];
  g.textAlign = 'left';
  g.fillStyle = palette.dim;
  if (s.axis === 'time' && first !== undefined) {
    const text = rulerContext(first.from, step);
    const fits = g.measureText(text).width < l.left - 14;
    const [date = '', clock = ''] = text.split(' ');
    if (fits || clock === '') g.fillText(text, 12, 11);
    else {
      g.fillText(date, 12, 11);
      g.fillText(clock, 12, 26);
    }
  }
}

/** Gaps are drawn as two lines and the time that passes between them. */
function paintGaps(g: CanvasRenderingContext2D, s: Scene): void {
  const { layout: l, palette } = s;
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
    g.fillText(text, Math.min(Math.max(middle, l.left + half), l.left + l.inner - half), l.lanesTop - 12);
  }
}

function paintMarks(g: CanvasRenderingContext2D, s: Scene, found: MarksInRange): void {
  const { layout: l, dpr } = s;
  const { marks } = found;
  if (marks === null) return;
  const order = new Map(s.lanes.map(({ lane }, i) => [lane.key, i]));
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

function marksInView(s: Scene, data: TimelineData, total: number): MarksInRange | null {
  if (total > Math.min(s.layout.inner / 3, MARK_LIMIT / 4)) return null;
  const ranges = visibleRanges(
    s.fold,
    s.view.from,
    s.view.from + BigInt(Math.ceil(s.view.span + s.view.frac)),
  );
  const [first, last] = [ranges[0], ranges[ranges.length - 1]];
  if (first === undefined || last === undefined) return null;
  const found = data.marksFor(first.from, last.to);
  return found?.marks == null ? null : found;
}

function ellipsis(g: CanvasRenderingContext2D, text: string, width: number): string {
  if (g.measureText(text).width <= width) return text;
  let keep = text.length;
  while (keep > 1 && g.measureText(text.slice(0, keep) + '…').width > width) keep--;
  return text.slice(0, keep) + '…';
}

function paintLanes(g: CanvasRenderingContext2D, s: Scene, data: TimelineData): Drawn {
  const { layout: l, dpr } = s;
  const pixels = Math.round(l.inner * dpr);
  const level = levelFor(s.view.span / pixels);
  data.lanes.want(level, wanted(s, s.view, true), s.bounds);
  const rows = s.lanes.map(({ lane }) => counts(data.lanes, lane.key, s, s.view, pixels));
  const total = rows.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0);
  const marks = marksInView(s, data, total);
  const peak = calm(Math.max(...rows.map(greatest), 0));
  for (const [i, { colour, name }] of s.lanes.entries()) {
    const { top, bottom } = laneBox(l, i);
    if (bottom > l.lanesBottom + 1) break;
    g.fillStyle = s.palette.line;
    g.fillRect(l.left, Math.round(bottom) - 1, l.inner, 1);
    const row = rows[i];
    if (marks === null && row !== undefined) {
      g.save();
      g.setTransform(1, 0, 0, 1, 0, 0);
      fillLane(g, row, peak, { left: l.left, top, bottom }, s, colour);
      g.restore();
    }
    if (l.laneHeight < 11) continue;
    g.font = l.laneHeight < 15 ? '10px Inter, system-ui, sans-serif' : WORDS;
    g.textAlign = 'left';
    g.textBaseline = 'middle';
    g.fillStyle = s.palette.text;
    g.fillText(ellipsis(g, name, l.left - 22), 12, (top + bottom) / 2);
  }
  if (marks !== null) paintMarks(g, s, marks);
  return { level, marks };
}

function paintMinimap(g: CanvasRenderingContext2D, s: Scene, data: TimelineData): void {
  const { layout: l, dpr, palette } = s;
  const pixels = Math.round(l.inner * dpr);
  const whole = fitView(s.fold.length);
  data.whole.want(levelFor(whole.span / pixels), wanted(s, whole, false), s.bounds);
  const row = counts(data.whole, ALL_LANES, s, whole, pixels);
  g.fillStyle = palette.raised;
  g.fillRect(l.left, l.minimapTop, l.inner, MINIMAP);
  g.save();
  g.setTransform(1, 0, 0, 1, 0, 0);
  const colour = palette.dim + '99';
  fillLane(
    g,
    row,
    Math.max(greatest(row), 1),
    { left: l.left, top: l.minimapTop + 3, bottom: l.minimapTop + MINIMAP },
    s,
    colour,
  );
  g.restore();
  g.font = WORDS;
  g.fillStyle = palette.dim;
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  g.fillText(ellipsis(g, s.wholeName, l.left - 22), 12, l.minimapTop + MINIMAP / 2);
}

export function paintBase(g: CanvasRenderingContext2D, s: Scene, data: TimelineData): Drawn {
  g.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  g.clearRect(0, 0, s.layout.width, s.layout.height);
  paintRuler(g, s);
  const drawn = paintLanes(g, s, data);
  paintGaps(g, s);
  paintMinimap(g, s, data);
  return drawn;
}
