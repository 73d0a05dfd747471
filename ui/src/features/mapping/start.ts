/** What the program says of tables that it did not take for events, as a start for a mapping made by hand. */
import type { InspectDto, MappingDto, TableDto } from '../../ipc/contract';
import { emptyMapping } from './fields';

/** A field as a reason names it. */
const ROLES: readonly (readonly [string, string])[] = [
  ['stream', 'stream'],
  ['kind of stream', 'category'],
  ['event type', 'type'],
  ['version', 'version'],
  ['position in the log', 'position'],
  ["event's id", 'id'],
  ['time', 'time'],
  ['effective time', 'valid_time'],
  ['payload', 'payload'],
  ['metadata', 'metadata'],
  ['correlation id', 'correlation_id'],
  ['causation id', 'causation_id'],
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Where a table's reasons begin in the text, and what they are. */
function reasonsFor(table: string, text: string): { at: number; reasons: string } | null {
  const found = new RegExp(`(?:^|[;.] )${escaped(table)} comes near \\(`).exec(text);
  if (found === null) return null;
  const from = found.index + found[0].length;
  const to = text.indexOf('), but ', from);
  return to < 0 ? null : { at: found.index, reasons: text.slice(from, to) };
}

/** The fields of a table that the reasons name. */
function fieldsIn({ columns }: TableDto, reasons: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const { name } of columns) {
    const column = escaped(name);
    for (const [role, field] of ROLES)
      if (new RegExp(`(?:^|, )${column} looks like the ${role}(?=$|,|:| and )`).test(reasons))
        out.set(field, name);
    if (new RegExp(` looks like the stream and ${column} like its version(?=$|,|:)`).test(reasons))
      out.set('version', name);
  }
  return out;
}

/** What is known of a table; without one, of the table that comes nearest. */
export function startOf(
  { tables, problem }: Pick<InspectDto, 'tables' | 'problem'>,
  name?: string,
): MappingDto {
  const text = problem?.params['reason'] ?? problem?.message ?? '';
  const named = tables
    .flatMap((table) => {
      const near = name === undefined || name === table.name ? reasonsFor(table.name, text) : null;
      return near === null ? [] : [{ table, ...near }];
    })
    .sort((a, b) => a.at - b.at);
  const [nearest] = named;
  if (nearest === undefined) return emptyMapping(name ?? tables[0]?.name ?? '');
  const known = fieldsIn(nearest.table, nearest.reasons);
  const mapping = emptyMapping(nearest.table.name);
  return {
    ...mapping,
    fields: mapping.fields.map((f) => ({ ...f, expression: known.get(f.field) ?? '' })),
  };
}
