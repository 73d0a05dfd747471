/** What stands below a name of the filter language in one event: offered as one writes `payload.`. */
import type { EventDto } from '../../ipc/contract';
import { tryParseJson } from '../../model/json';
import type { Json } from '../../model/json';

function root(event: EventDto, name: string): Json | null {
  const text = (value: string): Json => ({ kind: 'string', value });
  switch (name) {
    case 'payload':
      return tryParseJson(event.payload);
    case 'metadata':
      return tryParseJson(event.metadata);
    case 'extra':
      return { kind: 'object', entries: event.extra.map(([n, value]) => [n, text(value)]) };
    case 'headers': {
      // Names and values in turn.
      const flat = tryParseJson(event.extra.find(([n]) => n === 'headers')?.[1] ?? null);
      if (flat?.kind !== 'array') return flat;
      const names = flat.items.flatMap((item, i) =>
        i % 2 === 0 && item.kind === 'string' ? [item.value] : [],
      );
      return { kind: 'object', entries: [...new Set(names)].map((n) => [n, text('')]) };
    }
    default:
      return null;
  }
}

/** The names one level below `way`, in the event's order. */
export function membersOf(event: EventDto, way: readonly string[]): string[] {
  const [first, ...rest] = way;
  let at = first === undefined ? null : root(event, first);
  for (const key of rest) {
    at = at?.kind === 'object' ? (at.entries.findLast(([name]) => name === key)?.[1] ?? null) : null;
  }
  return at?.kind === 'object' ? at.entries.map(([name]) => name) : [];
}
