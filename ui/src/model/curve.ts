/** The values of a numeric field as a step curve. Only the drawing rounds: what is written beside it are the digits of the data. */

/** A value from one place of the axis on. */
export interface Step {
  at: bigint;
  /** JSON; `null`: the field is not there from here on. */
  json: string | null;
}

export interface Curve {
  /** An SVG path, in pixels; the field is not drawn where it is no number. */
  path: string;
  /** The steps with the lowest and the highest value. */
  low: number;
  high: number;
  /** Where each step begins. */
  xs: readonly number[];
  /** Where a coordinate lies; `null` outside. */
  xOf: (at: bigint) => number | null;
}

/** A number, or a decimal that is written as text to keep its digits. */
const NUMBER = /^"?(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"?$/;

export function numberOf(json: string | null): number | null {
  const digits = NUMBER.exec(json ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The last value lasts so much of the width. */
const TAIL = 0.04;
const MARGIN = 3;

/** `null` where there is no curve to see: fewer than two numbers. */
export function stepCurve(steps: readonly Step[], width: number, height: number): Curve | null {
  const values = steps.map((step) => numberOf(step.json));
  const numbers = values.filter((v): v is number => v !== null && Number.isFinite(v));
  const [first, last] = [steps[0], steps.at(-1)];
  if (numbers.length < 2 || first === undefined || last === undefined) return null;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const span = Number(last.at - first.at) || 1;
  const x = (at: bigint): number => Math.max(0, (Number(at - first.at) / span) * (1 - TAIL) * width);
  const y = (v: number): number =>
    most === least ? height / 2 : height - MARGIN - ((v - least) / (most - least)) * (height - 2 * MARGIN);
  const path: string[] = [];
  let open = false;
  for (const [i, value] of values.entries()) {
    const step = steps[i] as Step;
    const next = steps[i + 1];
    if (value === null) {
      open = false;
      continue;
    }
    path.push(`${open ? 'L' : 'M'}${round(x(step.at))},${round(y(value))}`);
    path.push(`H${round(next === undefined ? width : x(next.at))}`);
    open = true;
  }
  return {
    path: path.join(''),
    low: values.indexOf(least),
    high: values.indexOf(most),
    xs: steps.map((step) => x(step.at)),
    xOf: (at) => (at < first.at ? null : Math.min(width, x(at))),
  };
}

const round = (n: number): number => Math.round(n * 10) / 10;
