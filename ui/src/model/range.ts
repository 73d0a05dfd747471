/** Which records of a topic: what is entered, and the bounds it means in kcat's words. */

export type From = 'beginning' | 'end' | 'last' | 'offset' | 'time';
export const FROMS: readonly From[] = ['beginning', 'end', 'last', 'offset', 'time'];

export interface RangeWish {
  from: From;
  /** How many, or which offset. */
  number: string;
  time: string;
  /** The end, exclusive: a time, so long ago, or an offset; empty: none. */
  until: string;
}

/** Milliseconds of a time as it is written; UTC where it says no zone. `null`: it is no time. */
export function millis(text: string): number | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(
    text.trim(),
  );
  if (found === null) return null;
  const [, date, clock = '00:00', zone = 'Z'] = found;
  const ms = Date.parse(`${date}T${clock}${zone}`);
  return Number.isNaN(ms) || ms < 0 ? null : ms;
}

/** So long before now, as points are written: `-15m`. */
const isAgo = (text: string): boolean => /^-\d{1,12}(?:ns|us|ms|s|m|h|d)$/.test(text.trim());

const isTime = (text: string): boolean => isAgo(text) || millis(text) !== null;

const isNumber = (text: string): boolean => /^\d{1,18}$/.test(text.trim());

export const isSoundFrom = ({ from, number, time }: RangeWish): boolean =>
  from === 'time' ? isTime(time) : from === 'beginning' || from === 'end' || isNumber(number);

export const isSoundUntil = ({ until }: RangeWish): boolean =>
  until.trim() === '' || isNumber(until) || isTime(until);

export const isSound = (wish: RangeWish): boolean => isSoundFrom(wish) && isSoundUntil(wish);

const timeOf = (text: string): string => (isAgo(text) ? text.trim() : String(millis(text) ?? 0));

export function boundsOf(wish: RangeWish): string[] {
  const number = wish.number.trim();
  const from = {
    beginning: 'beginning',
    end: 'end',
    last: `-${number}`,
    offset: number,
    time: `s@${timeOf(wish.time)}`,
  }[wish.from];
  const until = wish.until.trim();
  if (until === '') return [from];
  return [from, isNumber(until) ? `..${until}` : `e@${timeOf(until)}`];
}

/** Partitions as they are written, `0, 2`; none: all. `null`: that is no list of numbers. */
export function partitionsOf(text: string): number[] | null {
  if (text.trim() === '') return [];
  const parts = text.split(',').map((part) => part.trim());
  return parts.every((part) => /^\d{1,9}$/.test(part)) ? [...new Set(parts.map(Number))] : null;
}
