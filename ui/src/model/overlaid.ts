/** Two JSON documents as one: what both say once, what one of them says alone behind a sign. */
import { formatJson } from './json';
import { visibleJson } from './visible';
import type { Json } from './json';

/** ` ` both say it, `-` only the left one, `+` only the right one, `~` they differ where it does not count. */
export type Sign = ' ' | '-' | '+' | '~';

export interface OverlaidLine {
  /** How deep it stands. */
  depth: number;
  sign: Sign;
  text: string;
}

const TEXT_MOST = 2000;

/** The most lines of two documents. */
export const LINES_MOST = 4000;

const isOpen = (value: Json): value is Extract<Json, { kind: 'object' | 'array' }> =>
  (value.kind === 'object' && value.entries.length > 0) || (value.kind === 'array' && value.items.length > 0);

const brackets = (value: Json): [string, string] => (value.kind === 'array' ? ['[', ']'] : ['{', '}']);

const members = (value: Json): [string, Json][] =>
  value.kind === 'object'
    ? value.entries.map(([name, item]): [string, Json] => [name, item])
    : value.kind === 'array'
      ? value.items.map((item, i): [string, Json] => [String(i), item])
      : [];

const token = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

class Writer {
  readonly lines: OverlaidLine[] = [];
  private readonly places: readonly string[] | null;
  private readonly most: number;

  constructor(places: readonly string[] | null, most: number) {
    this.places = places;
    this.most = most;
  }

  push(depth: number, sign: Sign, text: string): void {
    if (this.lines.length < this.most) this.lines.push({ depth, sign, text });
  }

  /** A value that stands on one side alone, or is the same on both. */
  whole(value: Json, depth: number, sign: Sign, label: string): void {
    if (!isOpen(value)) {
      this.push(depth, sign, label + formatJson(value, true, TEXT_MOST));
      return;
    }
    const [open, close] = brackets(value);
    this.push(depth, sign, label + open);
    for (const [name, item] of members(value)) {
      if (this.lines.length >= this.most) return;
      this.whole(
        item,
        depth + 1,
        sign,
        value.kind === 'object' ? `${visibleJson(JSON.stringify(name))}: ` : '',
      );
    }
    this.push(depth, sign, close);
  }

  /** Whether a difference at a place counts: it is one of those known, or lies in one, or holds one. */
  private counts(path: string): boolean {
    return (
      this.places === null ||
      this.places.some((p) => p === path || path.startsWith(`${p}/`) || p.startsWith(`${path}/`))
    );
  }

  both(left: Json, right: Json, depth: number, label: string, path: string): void {
    if (isOpen(left) && isOpen(right) && left.kind === right.kind) {
      const [open, close] = brackets(left);
      this.push(depth, ' ', label + open);
      const [a, b] = [members(left), new Map(members(right))];
      for (const [name, item] of a) {
        const other = b.get(name);
        b.delete(name);
        this.member(item, other, depth + 1, left.kind === 'object' ? name : null, `${path}/${token(name)}`);
      }
      for (const [name, item] of b)
        this.member(
          undefined,
          item,
          depth + 1,
          left.kind === 'object' ? name : null,
          `${path}/${token(name)}`,
        );
      this.push(depth, ' ', close);
      return;
    }
    const [l, r] = [formatJson(left), formatJson(right)];
    if (l === r) this.whole(left, depth, ' ', label);
    else if (!this.counts(path)) {
      this.whole(left, depth, '~', label);
      this.whole(right, depth, '~', label);
    } else {
      this.whole(left, depth, '-', label);
      this.whole(right, depth, '+', label);
    }
  }

  private member(
    left: Json | undefined,
    right: Json | undefined,
    depth: number,
    name: string | null,
    path: string,
  ): void {
    if (this.lines.length >= this.most) return;
    const label = name === null ? '' : `${visibleJson(JSON.stringify(name))}: `;
    if (left !== undefined && right !== undefined) this.both(left, right, depth, label, path);
    else if (left !== undefined) this.whole(left, depth, this.counts(path) ? '-' : '~', label);
    else if (right !== undefined) this.whole(right, depth, this.counts(path) ? '+' : '~', label);
  }
}

/**
 * The lines of two documents, at most `most`. `places` are those that are known to differ (a comparison may leave others out); `null`:
 * whatever is written differently does. Where one is `null`, the other one's lines carry its sign.
 */
export function overlaid(
  left: Json | null,
  right: Json | null,
  places: readonly string[] | null,
  most = LINES_MOST,
): OverlaidLine[] {
  const writer = new Writer(places, most);
  if (left !== null && right !== null) writer.both(left, right, 0, '', '');
  else if (left !== null) writer.whole(left, 0, '-', '');
  else if (right !== null) writer.whole(right, 0, '+', '');
  return writer.lines;
}
