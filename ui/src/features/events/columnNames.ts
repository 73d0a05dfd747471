/** What columns are called. */
import { t } from '../../i18n/index.svelte';
import type { TextKey } from '../../i18n/index.svelte';
import { visible } from '../../model/visible';

const NAMES: Readonly<Record<string, TextKey>> = {
  time: 'events.time',
  stream: 'events.stream',
  version: 'events.version',
  type: 'events.type',
  payload: 'events.payload',
  position: 'column.position',
  category: 'column.category',
  id: 'column.id',
  correlation_id: 'column.correlation_id',
  causation_id: 'column.causation_id',
  valid_time: 'column.valid_time',
  topic: 'column.topic',
  partition: 'column.partition',
  offset: 'column.offset',
  key: 'column.key',
};

/** A part of the envelope in the reader's words; a field by its path. */
export function columnName(id: string): string {
  const key = NAMES[id];
  return key === undefined ? visible(id) : t(key);
}
