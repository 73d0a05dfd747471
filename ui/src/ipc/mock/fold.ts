/** The fold of the backend in memory: RFC 7396 merge over lossless JSON. */
import type { ChangeDto } from '../contract';
import { formatJson, parseJson, pointerToken } from '../../model/json';
import type { Json } from '../../model/json';
import type { MockEvent } from './shop';

export function merge(target: Json | null, patch: Json): Json {
  if (patch.kind !== 'object') return patch;
  const entries: [string, Json][] = target?.kind === 'object' ? [...target.entries] : [];
  for (const [name, value] of patch.entries) {
    const at = entries.findIndex(([n]) => n === name);
    if (value.kind === 'literal' && value.text === 'null') {
      if (at >= 0) entries.splice(at, 1);
    } else if (at >= 0) entries[at] = [name, merge(entries[at]?.[1] ?? null, value)];
    else entries.push([name, merge(null, value)]);
  }
  return { kind: 'object', entries };
}

export function children(value: Json): [string, Json][] {
  if (value.kind === 'object') return value.entries;
  if (value.kind === 'array') return value.items.map((item, i) => [String(i), item]);
  return [];
}

export function changes(before: Json, after: Json, path = ''): ChangeDto[] {
  const a = formatJson(before);
  const b = formatJson(after);
  if (a === b) return [];
  if (before.kind !== after.kind || children(before).length + children(after).length === 0) {
    return [{ path, kind: 'changed', before: a, after: b }];
  }
  const out: ChangeDto[] = [];
  const old = new Map(children(before));
  for (const [name, value] of children(after)) {
    const was = old.get(name);
    const at = `${path}/${pointerToken(name)}`;
    if (was === undefined) out.push({ path: at, kind: 'added', before: null, after: formatJson(value) });
    else out.push(...changes(was, value, at));
    old.delete(name);
  }
  for (const [name, value] of old) {
    out.push({
      path: `${path}/${pointerToken(name)}`,
      kind: 'removed',
      before: formatJson(value),
      after: null,
    });
  }
  return out;
}

export function paths(value: Json, path = ''): string[] {
  return [path, ...children(value).flatMap(([name, v]) => paths(v, `${path}/${pointerToken(name)}`))];
}

export const EMPTY: Json = { kind: 'object', entries: [] };

export interface Step {
  event: MockEvent;
  before: Json;
  after: Json;
  changes: ChangeDto[];
}

/** Merged, or the latest payload alone. */
export function steps(events: readonly MockEvent[], latest: boolean): Step[] {
  let state: Json = EMPTY;
  return events.map((event) => {
    const before = state;
    state = merge(latest ? EMPTY : state, parseJson(event.payload));
    return { event, before, after: state, changes: changes(before, state) };
  });
}

/** The step that last set each path of the state. */
export function blame(all: readonly Step[]): Map<string, MockEvent> {
  const out = new Map<string, MockEvent>();
  const last = all[all.length - 1];
  if (last === undefined) return out;
  for (const path of paths(last.after)) {
    for (let i = all.length - 1; i >= 0; i--) {
      const touches = all[i]?.changes.some(
        (c) => c.path === path || c.path.startsWith(path + '/') || path.startsWith(c.path + '/'),
      );
      const event = all[i]?.event;
      if (touches && event !== undefined) {
        out.set(path, event);
        break;
      }
    }
  }
  return out;
}
