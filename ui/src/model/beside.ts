/** Two JSON values side by side: one row for every place that either has. */
import { formatJson, pointerToken } from './json';
import type { Json } from './json';

export interface BesideRow {
  /** RFC 6901 pointer. */
  path: string;
  /** What stands there, as text; `null`: nothing does. */
  left: string | null;
  right: string | null;
  /** Whether the two say something else there. */
  differs: boolean;
}

/** Places with a value that holds no others, in the order in which they stand. */
function leaves(value: Json, path: string, out: Map<string, string>, most: number): void {
  const open: [string, Json][] = [[path, value]];
  for (let next = open.pop(); next !== undefined && out.size < most; next = open.pop()) {
    const [at, v] = next;
    const members: [string, Json][] =
      v.kind === 'object'
        ? v.entries.map(([name, item]) => [`${at}/${pointerToken(name)}`, item])
        : v.kind === 'array'
          ? v.items.map((item, i) => [`${at}/${i}`, item])
          : [];
    if (members.length === 0) out.set(at, formatJson(v, true, 2000));
    else open.push(...members.reverse());
  }
}

/** Whether a place is one of these, or lies in one of these, or holds one of these. */
const within = (path: string, places: readonly string[]): boolean =>
  places.some((p) => path === p || path.startsWith(`${p}/`) || p.startsWith(`${path}/`));

/**
 * The rows of two values, at most `most` of each; where one is `null` there is one side. `places` are those that are known to differ (a
 * comparison may leave others out); `null`: whatever is written differently does.
 */
export function beside(
  left: Json | null,
  right: Json | null,
  places: readonly string[] | null,
  most = 2000,
): BesideRow[] {
  const [a, b] = [left, right].map((value) => {
    const out = new Map<string, string>();
    if (value !== null) leaves(value, '', out, most);
    return out;
  }) as [Map<string, string>, Map<string, string>];
  const both = left !== null && right !== null;
  const row = (path: string): BesideRow => {
    const [l, r] = [a.get(path) ?? null, b.get(path) ?? null];
    return { path, left: l, right: r, differs: both && (places === null ? l !== r : within(path, places)) };
  };
  return [...a.keys(), ...[...b.keys()].filter((path) => !a.has(path))].map(row);
}
