/** A JSON value as the rows of a tree: only what is open, long containers in chunks. */
import type { BlameDto, ChangeDto } from '../ipc/contract';
import { formatJson, pointerToken, pointerTokens, tryParseJson } from './json';
import type { Json } from './json';
import { visible } from './visible';

export const CHUNK = 100;
/** A container with more members than this is shown in chunks. */
export const CHUNK_FROM = 1000;
const INLINE = 64;
/** A longer text can be opened and is then shown in lines of so many characters. */
export const LINE = 100;

/** Ids of rows that stand for a part of what is at a path: some members, a line of a text, some of its lines. */
export const memberChunk = (path: string, from: number): string => `${path}\u0000${from}`;
export const lineId = (path: string, from: number): string => `${path}\u0000l${from}`;
export const textChunk = (path: string, from: number): string => `${path}\u0000t${from}`;

export interface TreeRow {
  /** RFC 6901 pointer; a chunk has its container's and a number. */
  path: string;
  id: string;
  depth: number;
  name: string;
  /** What is written after the name, on one line. */
  text: string;
  kind: Json['kind'] | 'chunk' | 'line';
  open: boolean | null;
  change: ChangeDto | null;
  /** Something below has changed. */
  changedBelow: boolean;
  blame: BlameDto | null;
  /** The value itself; `null` where the row is a part of one, or of what is gone. */
  value: Json | null;
}

export interface TreeInput {
  value: Json;
  changes: readonly ChangeDto[];
  blame: readonly BlameDto[];
  /** What the reader opened or closed; the rest follows the defaults. */
  switched: ReadonlyMap<string, boolean>;
}

function summary(value: Json): string {
  if (value.kind === 'array') return `[${value.items.length}]`;
  if (value.kind === 'object') return `{${value.entries.length}}`;
  return formatJson(value, true, 2000);
}

const members = (value: Json): readonly [string, Json][] =>
  value.kind === 'object'
    ? value.entries
    : value.kind === 'array'
      ? value.items.map((item, i) => [String(i), item])
      : [];

const size = (value: Json): number =>
  value.kind === 'object' ? value.entries.length : value.kind === 'array' ? value.items.length : 0;

function inlineText(value: Json): string | null {
  if (size(value) > 8) return null;
  const text = formatJson(value, true, INLINE + 1);
  return text.length <= INLINE && !text.endsWith('…') ? text : null;
}

/** What rows are that stand for a part of a value. */
const PART = {
  name: '',
  text: '',
  open: null,
  change: null,
  changedBelow: false,
  blame: null,
  value: null,
} as const;

class Rows {
  readonly rows: TreeRow[] = [];
  private readonly changeAt: Map<string, ChangeDto>;
  private readonly above = new Set<string>();
  private readonly blameAt: Map<string, BlameDto>;
  private readonly latestBelow = new Map<string, BlameDto>();
  private readonly removed = new Map<string, ChangeDto[]>();
  private readonly switched: ReadonlyMap<string, boolean>;

  constructor({ changes, blame, switched }: TreeInput) {
    this.switched = switched;
    this.changeAt = new Map(changes.map((c) => [c.path, c]));
    this.blameAt = new Map(blame.map((b) => [b.path, b]));
    for (const change of changes) {
      let path = change.path;
      if (change.kind === 'removed') {
        const parent = path.slice(0, path.lastIndexOf('/'));
        this.removed.set(parent, [...(this.removed.get(parent) ?? []), change]);
      }
      while (path !== '') this.above.add((path = path.slice(0, path.lastIndexOf('/'))));
    }
    // A container that no event set as a whole is blamed on the latest below it.
    for (const b of blame) {
      let path = b.path;
      while (path !== '') {
        path = path.slice(0, path.lastIndexOf('/'));
        const known = this.latestBelow.get(path);
        if (known === undefined || known.ordinal < b.ordinal) this.latestBelow.set(path, b);
      }
    }
  }

  add(name: string, value: Json, path: string, depth: number, inherited: ChangeDto | null): void {
    const change = this.changeAt.get(path) ?? inherited;
    const changedBelow = this.above.has(path);
    const many = size(value);
    const inline = many > 0 && !changedBelow ? inlineText(value) : null;
    if (value.kind === 'string' && value.value.length > LINE) {
      this.addText(name, value, path, depth, change);
      return;
    }
    const open =
      many === 0 && !this.removed.has(path)
        ? null
        : (this.switched.get(path) ?? this.opensByItself(value, depth, inline, changedBelow));
    this.rows.push({
      path,
      id: path,
      depth,
      name: visible(name),
      text:
        open === false
          ? (inlineText(value) ?? summary(value))
          : many > 0
            ? summary(value)
            : formatJson(value, true, 2000),
      kind: value.kind,
      open,
      change,
      changedBelow,
      blame: this.blameAt.get(path) ?? this.latestBelow.get(path) ?? null,
      value,
    });
    if (open === true) this.addMembers(value, path, depth + 1, change?.kind === 'added' ? change : null);
  }

  /** A long text: its beginning, and all of it in lines when opened. */
  private addText(
    name: string,
    value: Json & { kind: 'string' },
    path: string,
    depth: number,
    change: ChangeDto | null,
  ): void {
    const open = this.switched.get(path) ?? false;
    const blame = this.blameAt.get(path) ?? null;
    const text = formatJson(value, true, LINE);
    this.rows.push({
      path,
      id: path,
      depth,
      name: visible(name),
      text,
      kind: 'string',
      open,
      change,
      changedBelow: false,
      blame,
      value,
    });
    if (!open) return;
    const { length } = value.value;
    if (length <= LINE * CHUNK_FROM) {
      this.addLines(value.value, path, depth + 1, 0, length);
      return;
    }
    for (let from = 0; from < length; from += LINE * CHUNK) {
      const to = Math.min(length, from + LINE * CHUNK);
      const id = textChunk(path, from);
      const shown = this.switched.get(id) ?? false;
      this.rows.push({
        ...PART,
        path,
        id,
        depth: depth + 1,
        name: `${from} … ${to - 1}`,
        kind: 'chunk',
        open: shown,
      });
      if (shown) this.addLines(value.value, path, depth + 2, from, to);
    }
  }

  private addLines(text: string, path: string, depth: number, start: number, end: number): void {
    for (let from = start; from < end; from += LINE) {
      const line = text.slice(from, Math.min(end, from + LINE));
      this.rows.push({ ...PART, path, id: lineId(path, from), depth, text: visible(line), kind: 'line' });
    }
  }

  private opensByItself(value: Json, depth: number, inline: string | null, changedBelow: boolean): boolean {
    if (changedBelow) return true;
    if (value.kind === 'array')
      return value.items.length <= 12 && depth < 2 && value.items.some((item) => size(item) > 0);
    return inline === null && depth < 2 && size(value) <= 30;
  }

  addMembers(value: Json, path: string, depth: number, inherited: ChangeDto | null): void {
    const all = members(value);
    if (all.length <= CHUNK_FROM) {
      for (const [name, item] of all) this.add(name, item, `${path}/${pointerToken(name)}`, depth, inherited);
    } else this.addChunks(all, path, depth, inherited);
    for (const change of this.removed.get(path) ?? []) this.addRemoved(change, depth);
  }

  private addChunks(
    all: readonly [string, Json][],
    path: string,
    depth: number,
    inherited: ChangeDto | null,
  ): void {
    for (let from = 0; from < all.length; from += CHUNK) {
      const chunk = all.slice(from, from + CHUNK);
      const id = memberChunk(path, from);
      const changedBelow =
        this.above.has(path) && chunk.some(([name]) => this.touched(`${path}/${pointerToken(name)}`));
      const open = this.switched.get(id) ?? changedBelow;
      this.rows.push({
        path,
        id,
        depth,
        name: `${from} … ${from + chunk.length - 1}`,
        text: '',
        kind: 'chunk',
        open,
        change: null,
        changedBelow,
        blame: null,
        value: null,
      });
      if (!open) continue;
      for (const [name, item] of chunk)
        this.add(name, item, `${path}/${pointerToken(name)}`, depth + 1, inherited);
    }
  }

  private touched(path: string): boolean {
    return this.above.has(path) || this.changeAt.has(path);
  }

  private addRemoved(change: ChangeDto, depth: number): void {
    const name = visible(pointerTokens(change.path).at(-1) ?? '');
    this.rows.push({
      path: change.path,
      id: `${change.path}\u0000removed`,
      depth,
      name,
      text: '',
      kind: 'literal',
      open: null,
      change,
      changedBelow: false,
      blame: null,
      value: null,
    });
  }
}

/** The rows of a value; the members of its root stand at depth 0. */
export function treeRows(input: TreeInput): TreeRow[] {
  const rows = new Rows(input);
  const rootChange = input.changes.find((c) => c.path === '') ?? null;
  if (input.value.kind === 'object' || input.value.kind === 'array')
    rows.addMembers(input.value, '', 0, rootChange?.kind === 'added' ? rootChange : null);
  else rows.add('', input.value, '', 0, null);
  return rows.rows;
}

/** The most containers that are opened at once. */
const MOST_OPENED = 2000;

/** What is to be open so that all below a value is seen, as far as that can be looked at; what is shown in chunks stays in them. */
export function openBelow(value: Json, path: string): { ids: string[]; all: boolean } {
  const ids: string[] = [];
  let all = true;
  const rest: [string, Json][] = [[path, value]];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [at, of] = next;
    const many = size(of);
    if (many === 0) continue;
    if (ids.length >= MOST_OPENED) return { ids, all: false };
    ids.push(at);
    if (many > CHUNK_FROM) {
      all = false;
      continue;
    }
    for (const [name, item] of [...members(of)].reverse()) rest.push([`${at}/${pointerToken(name)}`, item]);
  }
  return { ids, all };
}

/** The next row whose name begins with a text, from the one with the focus on and round; that one itself only if more than one letter is typed. */
export function typedAhead(rows: readonly TreeRow[], focused: number, text: string): number | null {
  const start = text.length === 1 ? 1 : 0;
  for (let i = start; i < rows.length + start; i++) {
    const at = (focused + i) % rows.length;
    if (rows[at]?.name.toLowerCase().startsWith(text) === true) return at;
  }
  return null;
}

/** The event that last set a field, in a few words. */
export const blameText = ({ version, ordinal, type }: BlameDto): string =>
  `${version === null ? `e${ordinal}` : `v${version}`} ${visible(type)}`;

/** A change's side on one line. */
export function changeText(json: string | null): string {
  if (json === null) return '';
  const value = tryParseJson(json);
  return value === null ? json : formatJson(value, true, 160);
}

/** A pointer as a list's column and a filter name it: `.total`, or as a pointer where a name holds more than letters. */
export function pathName(pointer: string): string {
  const tokens = pointerTokens(pointer);
  return tokens.every((token) => /^[\w-]+$/.test(token))
    ? tokens.map((token) => `.${token}`).join('')
    : pointer;
}

/** The fields of a value whose values can be told one by one, in its order: no object with members, no member of an array. */
export function fieldsOf(value: Json, most: number): { path: string; text: string }[] {
  const out: { path: string; text: string }[] = [];
  const rest: [string, Json][] = [['', value]];
  for (let next = rest.pop(); next !== undefined && out.length < most; next = rest.pop()) {
    const [path, at] = next;
    if (at.kind === 'object' && at.entries.length > 0) {
      const below = at.entries
        .slice(0, most)
        .map(([name, item]): [string, Json] => [`${path}/${pointerToken(name)}`, item]);
      for (const member of below.reverse()) rest.push(member);
    } else if (path !== '' || at.kind !== 'object') out.push({ path, text: formatJson(at, true, INLINE) });
  }
  return out;
}
