/** Draws the lanes of watched fields: step curves of numbers, bands of everything else, and a tick for each change. */
import { lineToX, toLine, visibleRanges } from '../../model/axis';
import { changeText } from '../../model/tree';
import { bandsOf, colourOf, curveOf, placeIn, ticksOf } from '../../model/valueLane';
import type { Placed, Stretch, Values } from '../../model/valueLane';
import { valueBox } from './layout';
import { DATA } from './paint';
import type { Scene } from './paint';

/** Room above and below a curve. */
const MARGIN = 4;
const TICK = 3;
/** So wide a band says what it is. */
const SAYS = 26;

type Context = CanvasRenderingContext2D;
interface Box {
  top: number;
  bottom: number;
}

function paintCurve(
  g: Context,
  s: Scene,
  of: Values,
  placed: Placed,
  { top, bottom }: Box,
  colour: string,
): void {
  const { layout: l } = s;
  const { enters, columns } = curveOf(of, placed);
  const [low, high] = [bottom - TICK - MARGIN, top + MARGIN];
  const span = of.most - of.least;
  const y = (v: number): number =>
    Math.round(span === 0 ? (low + high) / 2 : low - ((v - of.least) / span) * (low - high)) + 0.5;
  // Where nought lies between the values, it is drawn: what is below it is what one looks for.
  if (of.least < 0 && of.most > 0) {
    g.fillStyle = s.palette.line;
    g.fillRect(l.left, y(0) - 0.5, l.inner, 1);
  }
  g.beginPath();
  let held = enters;
  let x = 0;
  for (const column of columns) {
    if (!Number.isNaN(held)) {
      g.moveTo(l.left + x, y(held));
      g.lineTo(l.left + column.x, y(held));
    }
    if (!Number.isNaN(column.low)) {
      g.moveTo(l.left + column.x + 0.5, y(column.low) + 0.5);
      g.lineTo(l.left + column.x + 0.5, y(column.high) - 0.5);
    }
    held = column.last;
    x = column.x;
  }
  if (!Number.isNaN(held)) {
    g.moveTo(l.left + x, y(held));
    g.lineTo(l.left + Math.min(l.inner, xOf(s, s.bounds.to)), y(held));
  }
  g.strokeStyle = colour;
  g.lineWidth = 1.25;
  g.stroke();
}

function paintBands(g: Context, s: Scene, of: Values, placed: Placed, { top, bottom }: Box): void {
  const { layout: l, palette } = s;
  const end = Math.min(l.inner, xOf(s, s.bounds.to));
  const height = bottom - top - TICK - 6;
  g.font = DATA;
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  for (const band of bandsOf(of, placed, Math.max(0, end))) {
    const left = l.left + band.from;
    const width = Math.max(1, band.to - band.from - 1);
    const { value } = band;
    g.fillStyle =
      value === undefined
        ? palette.dim
        : (palette.lanes[colourOf(value, palette.lanes.length)] ?? palette.dim);
    g.globalAlpha = value === undefined ? 0.5 : 0.24;
    g.fillRect(left, top + 3, width, height);
    g.globalAlpha = 1;
    g.fillRect(left, top + 3, 1.5, height);
    if (value === undefined || width < SAYS) continue;
    g.save();
    g.beginPath();
    g.rect(left, top, width - 3, bottom - top);
    g.clip();
    g.fillStyle = palette.text;
    g.fillText(changeText(value), left + 6, top + 3 + height / 2);
    g.restore();
  }
}

const xOf = (s: Scene, coord: bigint): number => lineToX(s.view, toLine(s.fold, coord), s.layout.inner);

/** What is in sight of the axis, as it is drawn. */
function stretches(s: Scene): Stretch[] {
  const end = s.view.from + BigInt(Math.ceil(s.view.span + s.view.frac));
  const perUnit = s.layout.inner / s.view.span;
  return visibleRanges(s.fold, s.view.from, end).map(({ from, to }) => ({
    from,
    to,
    x: xOf(s, from),
    perUnit,
  }));
}

export function paintValues(g: Context, s: Scene): void {
  const { layout: l, palette } = s;
  const seen = stretches(s);
  for (const [i, { values, colour }] of s.values.entries()) {
    const box = valueBox(l, i);
    g.fillStyle = palette.line;
    g.fillRect(l.left, Math.round(box.bottom) - 1, l.inner, 1);
    if (values === null) continue;
    g.save();
    g.beginPath();
    g.rect(l.left, box.top, l.inner, box.bottom - box.top);
    g.clip();
    const placed = placeIn(values, seen);
    if (values.numbers === null) paintBands(g, s, values, placed, box);
    else paintCurve(g, s, values, placed, box, colour);
    g.fillStyle = palette.dim;
    for (const x of ticksOf(placed)) g.fillRect(l.left + x, Math.round(box.bottom) - 1 - TICK, 1, TICK);
    g.restore();
  }
}
