/** Finds a text in a value: in keys and in what stands there. In slices, so that a large value never holds a frame up. */
import { formatJson, pointerToken } from './json';
import type { Json } from './json';
import { CHUNK, CHUNK_FROM, LINE, lineId, memberChunk, textChunk } from './tree';

/** More matches than these are not listed. */
export const MOST = 10_000;

/** Where a text was found, and what has to be open for it to be seen. */
export interface Match {
  /** The row's id in the tree. */
  readonly id: string;
  /** Ids of the rows above it, outermost first. */
  readonly opens: readonly string[];
}

interface Node {
  value: Json;
  name: string | null;
  path: string;
  /** The containers and chunks above, as a list that shares its beginning. */
  above: Above | null;
}

interface Above {
  id: string;
  above: Above | null;
}

function opensOf(above: Above | null): string[] {
  const out: string[] = [];
  for (let at = above; at !== null; at = at.above) out.push(at.id);
  return out.reverse();
}

/** Letters of one size; the text keeps its length, so that places in it hold. */
function small(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}

/**
 * The matches in the tree's order, found step by step: it yields now and then, and answers whether there are more than are listed.
 */
export function* findIn(value: Json, text: string, into: Match[]): Generator<void, boolean> {
  const wanted = small(text);
  if (wanted === '') return false;
  const rest: Node[] = [{ value, name: null, path: '', above: null }];
  let looked = 0;
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    if ((++looked & 255) === 0) yield;
    const { path, above } = node;
    const opens = above === null ? [] : opensOf(above);
    for (const line of foundIn(node, wanted)) {
      if (into.length >= MOST) return true;
      if (line === null) into.push({ id: path, opens });
      else into.push({ id: lineId(path, line), opens: [...opens, ...linesOf(node, line)] });
    }
    pushMembers(node, rest);
  }
  return false;
}

/** What has to be open above a line of a long text. */
function linesOf({ path, value }: Node, line: number): string[] {
  const lines = value.kind === 'string' ? Math.ceil(value.value.length / LINE) : 0;
  if (lines <= CHUNK_FROM) return [path];
  return [path, textChunk(path, Math.floor(line / (CHUNK * LINE)) * CHUNK * LINE)];
}

/** Where a node is found: in its own row (`null`), or in lines of its text, by where they begin. */
function foundIn({ value, name }: Node, wanted: string): (number | null)[] {
  const named = name !== null && small(name).includes(wanted);
  if (value.kind === 'object' || value.kind === 'array') return named ? [null] : [];
  if (value.kind !== 'string') return named || small(formatJson(value)).includes(wanted) ? [null] : [];
  const text = small(value.value);
  if (text.length <= LINE) return named || text.includes(wanted) ? [null] : [];
  const out: (number | null)[] = named ? [null] : [];
  for (let at = text.indexOf(wanted); at >= 0 && out.length <= MOST;) {
    const line = Math.floor(at / LINE) * LINE;
    out.push(line);
    at = text.indexOf(wanted, line + LINE);
  }
  return out;
}

/** The members, first one on top. */
function pushMembers({ value, path, above }: Node, rest: Node[]): void {
  const own = path === '' ? null : { id: path, above };
  const add = (name: string, item: Json, at: number, many: number): void => {
    const chunk = many > CHUNK_FROM;
    const id = memberChunk(path, Math.floor(at / CHUNK) * CHUNK);
    rest.push({
      value: item,
      name,
      path: `${path}/${pointerToken(name)}`,
      above: chunk ? { id, above: own } : own,
    });
  };
  if (value.kind === 'object') {
    const { entries } = value;
    for (let i = entries.length - 1; i >= 0; i--) {
      const [name, item] = entries[i] as [string, Json];
      add(name, item, i, entries.length);
    }
  } else if (value.kind === 'array') {
    const { items } = value;
    for (let i = items.length - 1; i >= 0; i--) add(String(i), items[i] as Json, i, items.length);
  }
}
