/** The ruler: where its marks are, what they say, and what the playhead's flag takes from them. */
import { cells } from '../../model/columns';
import type { AxisDto } from '../../ipc/contract';
import { lineToX, toLine, visibleRanges } from '../../model/axis';
import type { Fold, View } from '../../model/axis';
import { fractionGroups, isClock, numberTicks, rulerContext, timeStep, timeTicks } from '../../model/ticks';
import { civil, dateText } from '../../model/time';
import type { Layout } from './layout';

/** The width of a character of the ruler's font. */
export const CHARACTER = 6.6;
const FLAG_CHARACTER = 6.7;
const FLAG_PADDING = 14;
/** How far apart marks are, and where they have three groups of digits to say. */
const APART = 92;
const APART_FINE = 110;
const AIR = 8;

export interface Scale {
  layout: Layout;
  axis: AxisDto;
  fold: Fold;
  view: View;
}

export interface Mark {
  x: number;
  /** `null`: no room for a text here. */
  label: string | null;
  strong: boolean;
  /** Half of the text's width. */
  half: number;
}

const ranges = ({ fold, view }: Scale): ReturnType<typeof visibleRanges> =>
  visibleRanges(fold, view.from, view.from + BigInt(Math.ceil(view.span + view.frac)));

const dayOf = (coord: bigint): string => dateText(civil(coord));

export function marksOf(s: Scale): Mark[] {
  const { layout: l } = s;
  const perPixel = s.view.span / l.inner;
  const apart = s.axis === 'time' && fractionGroups(timeStep(perPixel * APART)) === 3 ? APART_FINE : APART;
  const out: Mark[] = [];
  const step = timeStep(perPixel * apart);
  let taken = -Infinity;
  let day: string | null = null;
  for (const { from, to } of ranges(s)) {
    const ticks = s.axis === 'time' ? timeTicks(from, to, step) : numberTicks(from, to, perPixel * apart);
    // The ruler's left end says which day it begins on.
    day ??= dayOf(from);
    for (const tick of ticks) {
      // Nothing stands before the log's first place.
      if (s.axis === 'log' && tick.coord < 0n) continue;
      const x = l.left + lineToX(s.view, toLine(s.fold, tick.coord), l.inner);
      if (x < l.left - 1 || x > l.left + l.inner + 1) continue;
      // Behind what is folded away it may be another day, whose midnight has no mark.
      const jumped = s.axis === 'time' && isClock(step) && dayOf(tick.coord) !== day;
      const dated = dayOf(tick.coord).slice(5);
      const label = jumped && tick.label !== dated ? `${dated} ${tick.label}` : tick.label;
      const half = (label.length * CHARACTER) / 2;
      const fits = x - half >= taken + AIR && x + half <= l.left + l.inner + AIR;
      out.push({ x, label: fits ? label : null, strong: tick.strong || (jumped && fits), half });
      if (!fits) continue;
      taken = x + half;
      if (jumped) day = dayOf(tick.coord);
    }
  }
  return out;
}

/** What stands at the ruler's left end: the date, and the clock where marks are fractions of a second. */
export function contextOf(s: Scale): string[] {
  const [first] = ranges(s);
  if (s.axis !== 'time' || first === undefined) return [];
  const text = rulerContext(first.from, timeStep((s.view.span / s.layout.inner) * APART));
  return text.length * CHARACTER < s.layout.left - 14 ? [text] : text.split(' ');
}

export interface Flag {
  left: number;
  width: number;
}

/** The flag of the playhead: over its line, but never out of the ruler nor over the date at its left end. */
export function flagOf(l: Layout, x: number, text: string): Flag {
  const width = Math.ceil(cells(text) * FLAG_CHARACTER + FLAG_PADDING);
  const right = l.left + l.inner + AIR;
  return { left: Math.min(Math.max(x - width / 2, l.left - 18), right - width), width };
}

/** Whether a text of the ruler has to give way to the flag. */
export const givesWay = (mark: Mark, flag: Flag | null): boolean =>
  flag !== null && mark.x + mark.half > flag.left - 5 && mark.x - mark.half < flag.left + flag.width + 5;
