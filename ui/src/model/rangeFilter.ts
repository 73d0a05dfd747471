/** A range of time as a part of a filter: put in, found again, taken out. What else the filter says stays. */
import { rfc3339 } from './time';

/** The part as it is written here, at the end of a filter. */
const PART = /(?:^|\s*&&\s*)time >= "[^"\\]*" && time < "[^"\\]*"\s*$/;

/** From `from` up to, but not at, `to`. */
export const clauseOf = (from: bigint, to: bigint): string =>
  `time >= "${rfc3339(from)}" && time < "${rfc3339(to)}"`;

/** The part of a filter that is a range, if it ends in one. */
export function rangeIn(filter: string): string | null {
  const found = PART.exec(filter);
  return found === null ? null : found[0].replace(/^\s*&&\s*/, '').trim();
}

/** A filter without its range. */
export function withoutRange(filter: string): string {
  const rest = filter.replace(PART, '').trim();
  return rest === filter.trim() || !isWrapped(rest) ? rest : rest.slice(1, -1).trim();
}

/** A filter narrowed to a range, in place of the one it has. */
export function withRange(filter: string, from: bigint, to: bigint): string {
  const rest = withoutRange(filter);
  const clause = clauseOf(from, to);
  if (rest === '') return clause;
  return `${bindsLooser(rest) ? `(${rest})` : rest} && ${clause}`;
}

/** Goes through a text outside of its strings: each sign with the depth of the brackets it is in. */
function* signs(text: string): Generator<{ sign: string; at: number; depth: number }> {
  let depth = 0;
  let quote: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (quote !== null) {
      if (sign === '\\') at++;
      else if (sign === quote) quote = null;
      continue;
    }
    if (sign === '"' || sign === "'") {
      quote = sign;
      continue;
    }
    if ('([{'.includes(sign)) depth++;
    yield { sign, at, depth };
    if (')]}'.includes(sign)) depth--;
  }
}

/** Whether `&& …` behind it would bind to a part of it only. */
function bindsLooser(text: string): boolean {
  for (const { sign, depth } of signs(text)) if (depth === 0 && (sign === '|' || sign === '?')) return true;
  return false;
}

/** Whether one pair of brackets is around all of it, which stands there because of what binds looser. */
function isWrapped(text: string): boolean {
  if (!text.startsWith('(') || !text.endsWith(')')) return false;
  for (const { sign, at, depth } of signs(text))
    if (sign === ')' && depth === 1) return at === text.length - 1 && bindsLooser(text.slice(1, -1));
  return false;
}
