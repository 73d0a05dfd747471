/** What is told of a stretch of time: how many events a second, exactly, or with a sign that it is rounded. */
import { groupDigits, SECOND } from './time';

/** Digits told of a rate. */
const DIGITS = 4n;

export type Per = 's' | 'min' | 'h' | 'd';

const UNITS: readonly [bigint, Per][] = [
  [SECOND, 's'],
  [60n * SECOND, 'min'],
  [3600n * SECOND, 'h'],
  [86400n * SECOND, 'd'],
];

/** Events in each second, or in each greater unit where there is less than one a second. `null`: no time passes, or nothing happens. */
export function rateOf(events: number, nanos: bigint): { text: string; per: Per } | null {
  if (nanos <= 0n || events <= 0) return null;
  const n = BigInt(events);
  const unit = UNITS.find(([length]) => n * length >= nanos) ?? UNITS.at(-1);
  if (unit === undefined) return null;
  const [length, per] = unit;
  const whole = (n * length) / nanos;
  // As many places behind the point as digits are left.
  const places = DIGITS - BigInt(String(whole).length);
  const scale = 10n ** (places > 0n ? places : 0n);
  const scaled = n * length * scale;
  const exact = scaled % nanos === 0n;
  const rounded = (scaled * 2n + nanos) / (nanos * 2n);
  const digits = String(rounded % scale).padStart(String(scale).length - 1, '0');
  const fraction = scale === 1n ? '' : digits.replace(/0+$/, '');
  const text = groupDigits(String(rounded / scale)) + (fraction === '' ? '' : `.${fraction}`);
  return { text: exact ? text : `≈${text}`, per };
}
