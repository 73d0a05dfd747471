/** The ruler: where its marks are, what they say, and what the playhead's flag takes from them. */
import { cells } from '../../model/columns';
import type { AxisDto } from '../../ipc/contract';
import { lineToX, toLine, visibleRanges } from '../../model/axis';
import type { Fold, View } from '../../model/axis';
import { fractionGroups, isClock, numberTicks, rulerContext, timeStep, timeTicks } from '../../model/ticks';
import type { Tick, TimeStep } from '../../model/ticks';
import { civil, clockText, dateText } from '../../model/time';
import type { Civil } from '../../model/time';
import type { Layout } from './layout';

/** The width of a character of the ruler's font. */
export const CHARACTER = 6.6;
const FLAG_CHARACTER = 6.7;
const FLAG_PADDING = 14;
/** How far apart marks are, and where they have three groups of digits to say. */
const APART = 92;
const APART_FINE = 110;
const AIR = 8;
/** Where what stands at the left end begins. */
const CONTEXT_LEFT = 12;

export interface Scale {
  layout: Layout;
  axis: AxisDto;
  fold: Fold;
  view: View;
}

export interface Mark {
  coord: bigint;
  x: number;
  /** `null`: no room for a text here. */
  label: string | null;
  strong: boolean;
  /** Half of the text's width. */
  half: number;
}

const ranges = ({ fold, view }: Scale): ReturnType<typeof visibleRanges> =>
  visibleRanges(fold, view.from, view.from + BigInt(Math.ceil(view.span + view.frac)));

/** The step of the marks: fine ones say more digits, and stand further apart. */
function stepOf(s: Scale): { step: TimeStep; apart: number } {
  const perPixel = s.view.span / s.layout.inner;
  const apart = s.axis === 'time' && fractionGroups(timeStep(perPixel * APART)) === 3 ? APART_FINE : APART;
  return { step: timeStep(perPixel * apart), apart: perPixel * apart };
}

const isSameDay = (a: Civil, b: Civil): boolean =>
  a.year === b.year && a.month === b.month && a.day === b.day;

/**
 * What a mark says, after what was said before it: years, days and seconds that have changed since are said again, for behind a fold nothing on
 * the way says them.
 */
function labelOf(tick: Tick, step: TimeStep, said: Civil): string {
  const c = civil(tick.coord);
  if (step.unit === 'months') return tick.label;
  const date = c.year === said.year ? dateText(c).slice(-5) : dateText(c);
  if (!isClock(step)) return date;
  const sameDay = isSameDay(c, said);
  const clock = clockText(c);
  const isSaid = sameDay && clock === clockText(said);
  // Digits behind a second that was not said yet.
  const whole = tick.label.startsWith('.') && !isSaid ? clock + tick.label : tick.label;
  if (sameDay) return whole;
  const isMidnight = tick.label === dateText(c).slice(-5);
  return isMidnight ? date : `${date} ${whole}`;
}

export function marksOf(s: Scale): Mark[] {
  const { layout: l } = s;
  const out: Mark[] = [];
  const { step, apart } = stepOf(s);
  // No text stands over what the left end says.
  const context = Math.max(0, ...contextOf(s).map((text) => text.length));
  let taken = context === 0 ? -Infinity : CONTEXT_LEFT + context * CHARACTER;
  let said: Civil | null = null;
  for (const { from, to } of ranges(s)) {
    const ticks = s.axis === 'time' ? timeTicks(from, to, step) : numberTicks(from, to, apart);
    // The ruler's left end says what it begins in.
    said ??= civil(from);
    for (const tick of ticks) {
      // Nothing stands before the log's first place.
      if (s.axis === 'log' && tick.coord < 0n) continue;
      const x = l.left + lineToX(s.view, toLine(s.fold, tick.coord), l.inner);
      if (x < l.left - 1 || x > l.left + l.inner + 1) continue;
      const label = s.axis === 'time' ? labelOf(tick, step, said) : tick.label;
      const half = (label.length * CHARACTER) / 2;
      const fits = x - half >= taken + AIR && x + half <= l.left + l.inner + AIR;
      const more = s.axis === 'time' && label !== tick.label;
      out.push({
        coord: tick.coord,
        x,
        label: fits ? label : null,
        strong: tick.strong || (more && fits),
        half,
      });
      if (!fits) continue;
      taken = x + half;
      if (s.axis === 'time') said = civil(tick.coord);
    }
  }
  return out;
}

/** What stands at the ruler's left end: the date, and the clock where marks are fractions of a second. */
export function contextOf(s: Scale): string[] {
  const [first] = ranges(s);
  if (s.axis !== 'time' || first === undefined) return [];
  const text = rulerContext(first.from, stepOf(s).step);
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
