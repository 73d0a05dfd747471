/** Long names: shortened in the middle, so that the end of an id stays visible. */

const TAIL_MOST = 9;
const TAIL = 8;

/** The part of a name that is kept whole: what follows the last separator when that is short, else its last characters. */
export function splitName(name: string): [start: string, end: string] {
  const separator = Math.max(...['-', ':', '/', '_', '.', '#'].map((s) => name.lastIndexOf(s)));
  const last = name.length - separator;
  let at = separator > 0 && last <= TAIL_MOST && last > 1 ? separator : name.length - TAIL;
  at = Math.max(at, Math.ceil(name.length / 3));
  // Never between the halves of one character.
  if (/[\uDC00-\uDFFF]/.test(name.charAt(at))) at++;
  return [name.slice(0, at), name.slice(at)];
}

/** A name in at most so much room, measured by the caller; without its middle when it does not fit. */
export function elideMiddle(name: string, room: number, measure: (text: string) => number): string {
  if (measure(name) <= room) return name;
  const [start, end] = splitName(name);
  const head = [...start];
  while (head.length > 1 && measure(`${head.join('')}…${end}`) > room) head.pop();
  const text = `${head.join('')}…${end}`;
  if (measure(text) <= room) return text;
  const tail = [...end];
  while (tail.length > 1 && measure(`…${tail.join('')}`) > room) tail.shift();
  return `…${tail.join('')}`;
}

/** A text's beginning in at least so many characters' room, with what says that more of it is hidden. */
export function start(text: string, room: number, complete: boolean): string {
  if (text.length <= room) return complete ? text : `${text}…`;
  // Never half a character.
  return `${text.slice(0, room).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
