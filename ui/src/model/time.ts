/** Times as nanoseconds since the epoch, to the last digit. */

export const SECOND = 1_000_000_000n;

export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b < 0n ? q - 1n : q;
}

export interface Civil {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
}

/** Days since the epoch of a proleptic Gregorian date; the months beyond 1 to 12 carry over. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y0 = year + Math.floor((month - 1) / 12);
  const m = ((((month - 1) % 12) + 12) % 12) + 1;
  const y = m <= 2 ? y0 - 1 : y0;
  const era = Math.floor(y / 400);
  const yoe = y - era * 400;
  const doy = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468;
}

export function civil(nanos: bigint): Civil {
  const seconds = floorDiv(nanos, SECOND);
  const rest = Number(nanos - seconds * SECOND);
  const days = Number(floorDiv(seconds, 86400n));
  const inDay = Number(seconds - BigInt(days) * 86400n);
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
    hour: Math.floor(inDay / 3600),
    minute: Math.floor((inDay % 3600) / 60),
    second: inDay % 60,
    nanos: rest,
  };
}

export function fromCivil(year: number, month: number, day: number): bigint {
  return BigInt(daysFromCivil(year, month, day)) * 86400n * SECOND;
}

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');

export const dateText = (c: Civil): string =>
  `${c.year < 0 ? '-' : ''}${pad(Math.abs(c.year), 4)}-${pad(c.month)}-${pad(c.day)}`;
export const clockText = (c: Civil): string => `${pad(c.hour)}:${pad(c.minute)}:${pad(c.second)}`;

/** The digits after the second in groups of three: at least `groups`, more when there is more to say. */
export function fractionText(nanos: number, groups = 0): string {
  const digits = pad(nanos, 9);
  const parts = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 9)];
  let keep = 3;
  while (keep > groups && parts[keep - 1] === '000') keep--;
  return keep === 0 ? '' : '.' + parts.slice(0, keep).join('\u2009');
}

/** `14:32:07.482 113 204`. */
export function timeText(nanos: bigint, groups = 0): string {
  const c = civil(nanos);
  return clockText(c) + fractionText(c.nanos, groups);
}

/** `2026-11-20 14:32:07.482 113 204`. */
export function dateTimeText(nanos: bigint, groups = 0): string {
  return `${dateText(civil(nanos))} ${timeText(nanos, groups)}`;
}

/** A moment on an axis: with its date where a clock alone could be that of several days. */
export function momentText(nanos: bigint, from: bigint, to: bigint): string {
  return to - from > 86400n * SECOND ? dateTimeText(nanos) : timeText(nanos);
}

/** RFC 3339 in UTC with all digits that are not zero. */
export function rfc3339(nanos: bigint): string {
  const c = civil(nanos);
  const fraction = c.nanos === 0 ? '' : '.' + pad(c.nanos, 9).replace(/0+$/, '');
  return `${dateText(c)}T${clockText(c)}${fraction}Z`;
}

/** The clock where the reader sits. */
export function localClock(nanos: bigint): string {
  const ms = Number(floorDiv(nanos, 1_000_000n));
  const d = new Date(ms);
  if (Number.isNaN(d.getTime())) return '';
  return `${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

/** An RFC 3339 text as the list shows it: date and time of day apart, digits grouped by three, none added. */
export function splitRfc3339(text: string): { date: string; clock: string; zone: string } {
  const m = /^([+-]?\d+-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?(.*)$/.exec(text);
  if (m === null) return { date: '', clock: text, zone: '' };
  const groups = (m[3] ?? '').match(/\d{1,3}/g);
  return {
    date: m[1] ?? '',
    clock: (m[2] ?? '') + (groups === null ? '' : '.' + groups.join('\u2009')),
    zone: m[4] ?? '',
  };
}

export type Unit = 'd' | 'h' | 'min' | 's' | 'ms' | 'µs' | 'ns';

const UNITS: readonly [bigint, Unit][] = [
  [86400n * SECOND, 'd'],
  [3600n * SECOND, 'h'],
  [60n * SECOND, 'min'],
  [SECOND, 's'],
  [1_000_000n, 'ms'],
  [1_000n, 'µs'],
  [1n, 'ns'],
];

/** A length of time in its two greatest units, `3 h 12 min`, which are named by `nameOf`. */
export function durationIn(nanos: bigint, nameOf: (unit: Unit) => string): string {
  const sign = nanos < 0n ? '−' : '';
  let rest = nanos < 0n ? -nanos : nanos;
  for (const [i, [unit, name]] of UNITS.entries()) {
    if (rest < unit) continue;
    const whole = rest / unit;
    rest -= whole * unit;
    const next = UNITS[i + 1];
    const second = next === undefined ? 0n : rest / next[0];
    const tail = next === undefined || second === 0n || whole >= 100n ? '' : ` ${second} ${nameOf(next[1])}`;
    return `${sign}${groupDigits(String(whole))} ${nameOf(name)}${tail}`;
  }
  return `0 ${nameOf('ns')}`;
}

/** A length of time in all its units, to the last digit: `1 h 0 min 2.000 000 005 s`. */
export function exactDurationIn(nanos: bigint, nameOf: (unit: Unit) => string): string {
  const sign = nanos < 0n ? '−' : '';
  let rest = nanos < 0n ? -nanos : nanos;
  const parts: string[] = [];
  for (const [unit, name] of UNITS.slice(0, 3)) {
    const whole = rest / unit;
    rest -= whole * unit;
    if (whole > 0n || parts.length > 0) parts.push(`${groupDigits(String(whole))} ${nameOf(name)}`);
  }
  const seconds = rest / SECOND;
  parts.push(`${seconds}${fractionText(Number(rest - seconds * SECOND))} ${nameOf('s')}`);
  return sign + parts.join(' ');
}

/** Digits grouped by three with commas; works on any integer text. */
export function groupDigits(text: string): string {
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

export const countText = (n: number): string => groupDigits(String(n));

/** A count that must fit in four characters beside a name; the exact one belongs in its tooltip. */
export function shortCount(n: number): string {
  if (n < 10_000) return countText(n);
  if (n < 1_000_000) return `${Math.floor(n / 1000)}k`;
  return `${Math.floor(n / 100_000) / 10}M`;
}

export function bytesText(bytes: bigint): string {
  const n = Number(bytes);
  if (n < 1024) return `${n} B`;
  if (n < 1024 * 1024) return `${(n / 1024).toFixed(1)} kB`;
  return `${(n / 1024 / 1024).toFixed(1)} MB`;
}
