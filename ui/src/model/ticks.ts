/** Where the ruler has marks, and what they say. */
import {
  civil,
  clockText,
  dateText,
  daysFromCivil,
  floorDiv,
  fractionText,
  fromCivil,
  groupDigits,
  SECOND,
} from './time';

export interface Tick {
  coord: bigint;
  label: string;
  /** A greater unit begins here. */
  strong: boolean;
}

const MINUTE = 60n * SECOND;
const HOUR = 3600n * SECOND;
const DAY = 86400n * SECOND;

const FINE: bigint[] = [1n, 2n, 5n].flatMap((m) => Array.from({ length: 9 }, (_, i) => m * 10n ** BigInt(i)));
const STEPS: bigint[] = [
  ...FINE.sort((a, b) => (a < b ? -1 : 1)),
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((n) => n * SECOND),
  ...[1n, 2n, 5n, 10n, 15n, 30n].map((n) => n * MINUTE),
  ...[1n, 2n, 3n, 6n, 12n].map((n) => n * HOUR),
  ...[1n, 2n, 3n, 7n, 14n].map((n) => n * DAY),
];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000, 60000];
const MONTH = 2_629_746n * SECOND;

export type TimeStep = { unit: 'nanos'; size: bigint } | { unit: 'months'; size: number };

/** The smallest step whose marks lie at least `atLeast` nanoseconds apart. */
export function timeStep(atLeast: number): TimeStep {
  for (const size of STEPS) if (Number(size) >= atLeast) return { unit: 'nanos', size };
  for (const size of MONTH_STEPS) if (Number(MONTH) * size >= atLeast) return { unit: 'months', size };
  return { unit: 'months', size: 120000 };
}

/** Whether marks of a step say what the clock shows, and not the date. */
export const isClock = (step: TimeStep): boolean => step.unit === 'nanos' && step.size < DAY;

/** Digit groups after the second that a step needs. */
export function fractionGroups(step: TimeStep): number {
  if (step.unit === 'months' || step.size >= SECOND) return 0;
  if (step.size >= 1_000_000n) return 1;
  return step.size >= 1_000n ? 2 : 3;
}

function timeLabel(coord: bigint, step: TimeStep): { label: string; strong: boolean } {
  const c = civil(coord);
  if (step.unit === 'months') {
    if (step.size >= 12) return { label: String(c.year), strong: false };
    return { label: `${c.year}-${String(c.month).padStart(2, '0')}`, strong: c.month === 1 };
  }
  if (step.size >= DAY) return { label: dateText(c).slice(-5), strong: c.day === 1 };
  if (step.size >= MINUTE) {
    const midnight = c.hour === 0 && c.minute === 0;
    return { label: midnight ? dateText(c).slice(-5) : clockText(c).slice(0, 5), strong: midnight };
  }
  if (step.size >= SECOND) return { label: clockText(c), strong: c.second === 0 };
  if (c.nanos === 0) return { label: clockText(c), strong: true };
  return { label: fractionText(c.nanos, fractionGroups(step)), strong: false };
}

/** Marks between two times, inclusive. */
export function timeTicks(from: bigint, to: bigint, step: TimeStep): Tick[] {
  const out: Tick[] = [];
  const push = (coord: bigint): void => void out.push({ coord, ...timeLabel(coord, step) });
  if (step.unit === 'months') {
    const start = civil(from);
    let month = Math.floor((start.year * 12 + start.month - 1) / step.size) * step.size;
    for (; out.length < 400; month += step.size) {
      const coord = fromCivil(Math.floor(month / 12), (((month % 12) + 12) % 12) + 1, 1);
      if (coord > to) break;
      if (coord >= from) push(coord);
    }
    return out;
  }
  // Weeks begin on a Monday.
  const origin = step.size % (7n * DAY) === 0n ? BigInt(daysFromCivil(1970, 1, 5)) * DAY : 0n;
  let coord = origin + floorDiv(from - origin + step.size - 1n, step.size) * step.size;
  for (; coord <= to && out.length < 400; coord += step.size) push(coord);
  return out;
}

/** What the corner of the ruler says, so that the marks can be short. */
export function rulerContext(from: bigint, step: TimeStep): string {
  const c = civil(from);
  if (step.unit === 'months') return step.size >= 12 ? '' : String(c.year);
  if (step.size >= DAY) return String(c.year);
  if (step.size >= SECOND) return dateText(c);
  return `${dateText(c)} ${clockText(c)}`;
}

/** Marks of a plain number line. */
export function numberTicks(from: bigint, to: bigint, atLeast: number): Tick[] {
  let step = 1n;
  for (let i = 0; Number(step) < atLeast; i++)
    step = (i % 3 === 1 ? step / 2n : step) * (i % 3 === 1 ? 5n : 2n);
  const out: Tick[] = [];
  let coord = floorDiv(from + step - 1n, step) * step;
  if (coord < 0n) coord = 0n;
  for (; coord <= to && out.length < 400; coord += step) {
    out.push({ coord, label: groupDigits(String(coord)), strong: false });
  }
  return out;
}
