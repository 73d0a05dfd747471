/** How the columns of the event list share its width. */

/** Natural widths in characters: of the longest text seen so far. */
export interface Wants {
  time: number;
  stream: number;
  version: number;
  type: number;
}

/** Widths in pixels; the payload takes what is left, or is not shown. */
export interface Columns {
  time: number;
  stream: number;
  version: number;
  type: number;
  payload: boolean;
}

/** The width of a character of the list's font, where it is not known better: some systems round it to whole pixels. */
export const CHARACTER = 6.9;
export const GAP = 9;
/** The lane's colour before the type. */
const SWATCH = 15;
const STREAM = { least: 10, most: 34 };
const TYPE = { least: 11, most: 26 };
/** So many characters of a payload say something; fewer than `least` say nothing. */
const PAYLOAD = { good: 14, least: 7 };

/**
 * First the payload gives way, then the type, then the stream, then the rest of the payload. The time and the version keep every
 * digit.
 */
export function columnsFor(width: number, wants: Wants, character = CHARACTER): Columns {
  const px = (characters: number): number => Math.ceil(characters * character);
  const time = px(wants.time);
  const version = px(Math.max(2, wants.version));
  let stream = px(Math.min(STREAM.most, Math.max(6, wants.stream)));
  let type = px(Math.min(TYPE.most, Math.max(4, wants.type))) + SWATCH;
  const natural = { stream, type };
  const room = width - time - version - 4 * GAP;
  const shrink = (lack: number): void => {
    if (lack <= 0) return;
    const fromType = Math.min(lack, Math.max(0, type - px(TYPE.least) - SWATCH));
    type -= fromType;
    stream -= Math.min(lack - fromType, Math.max(0, stream - px(STREAM.least)));
  };
  shrink(stream + type + px(PAYLOAD.good) - room);
  const payload = room - stream - type >= px(PAYLOAD.least);
  if (!payload) {
    ({ stream, type } = natural);
    const free = room + GAP;
    shrink(stream + type - free);
    type = Math.max(SWATCH, Math.min(type, free - stream));
    stream = Math.max(px(4), Math.min(stream, free - type));
  }
  return { time, stream, version, type, payload };
}

/** How many characters' room a text takes: East Asian ones take two. */
export function cells(text: string): number {
  let n = 0;
  for (const c of text)
    n += (c.codePointAt(0) ?? 0) >= 0x1100 && /[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹏＀-｠￠-￦]/u.test(c) ? 2 : 1;
  return n;
}
