/** What a mapping can say, and how. */
import type { MappingDto } from '../../ipc/contract';

const FIELDS = [
  'stream',
  'category',
  'version',
  'position',
  'id',
  'type',
  'time',
  'valid_time',
  'payload',
  'metadata',
  'correlation_id',
  'causation_id',
] as const;

/** Without one of these there is no event. */
export const ESSENTIAL: readonly string[] = ['stream', 'type'];

const TIME = ['auto', 'iso', 's', 'ms', 'us', 'ns', 'ticks', 'julian'];
const PAYLOAD = ['auto', 'json', 'text', 'zlib', 'yaml', 'xml', 'bytes'];

export function formatsOf(field: string): readonly string[] {
  if (field === 'time' || field === 'valid_time') return TIME;
  return field === 'payload' || field === 'metadata' ? PAYLOAD : [];
}

export const emptyMapping = (table: string): MappingDto => ({
  table,
  fields: FIELDS.map((field) => ({ field, expression: '', format: 'auto' })),
  toml: '',
});
