/** Which records of a topic: what is entered, and the bounds it means in kcat's words. */

export type From = 'beginning' | 'end' | 'last' | 'offset' | 'time';
export const FROMS: readonly From[] = ['beginning', 'end', 'last', 'offset', 'time'];

export interface RangeWish {
  from: From;
  /** How many, or which offset. */
  number: string;
  time: string;
  /** The end, exclusive; empty: none. */
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

const isNumber = (text: string): boolean => /^\d{1,18}$/.test(text.trim());

export const isSoundFrom = ({ from, number, time }: RangeWish): boolean =>
  from === 'time' ? millis(time) !== null : from === 'beginning' || from === 'end' || isNumber(number);

export const isSoundUntil = ({ until }: RangeWish): boolean => until.trim() === '' || millis(until) !== null;

export const isSound = (wish: RangeWish): boolean => isSoundFrom(wish) && isSoundUntil(wish);

export function boundsOf(wish: RangeWish): string[] {
  const number = wish.number.trim();
  const from = {
    beginning: 'beginning',
    end: 'end',
    last: `-${number}`,
    offset: number,
    time: `s@${millis(wish.time) ?? 0}`,
  }[wish.from];
  const until = millis(wish.until);
  return until === null ? [from] : [from, `e@${until}`];
}
