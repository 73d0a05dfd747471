/** The made-up files of the backend in memory. */
import type { InspectDto, StoreDto } from '../contract';
import { BackendError } from '../backend';

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
];

export const store: StoreDto = {
  index: 0,
  dialect: 'emmett',
  title: 'Emmett (SQLite)',
  certainty: 'certain',
  reasons: ['the table emt_messages has the columns stream_id, stream_position, message_data'],
  tables: ['emt_messages', 'emt_streams'],
  notes: [],
  mapping: { table: 'emt_messages', fields: [], toml: '' },
};

export const guess: StoreDto = {
  ...store,
  dialect: 'guess',
  title: 'A guess: table journal',
  certainty: 'guess',
  reasons: [
    'entity looks like the stream: where it repeats, id rises',
    'happened looks like the time',
    'body looks like the payload',
  ],
  tables: ['journal'],
  notes: ['This layout is not known: look at the mapping, and change what is wrong.'],
  mapping: {
    table: 'journal',
    fields: FIELDS.map((field) => ({
      field,
      expression:
        { stream: 'entity', type: 'what', time: 'happened', payload: 'body', position: 'id' }[field] ?? '',
      format: 'auto',
    })),
    toml: '[mapping.journal]\ntable = "journal"\nstream = "entity"\n',
  },
};

export function inspect(path: string): InspectDto {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const errors: Record<string, string> = {
    'broken.db': 'source-damaged',
    'secret.db': 'source-encrypted',
    'busy.db': 'source-locked',
    'notes.txt': 'source-not-a-database',
    'old.db': 'source-unopenable',
  };
  const code = errors[name];
  if (code !== undefined)
    throw new BackendError({
      code,
      message: `${path}: the header says 812 pages, the file has 640`,
      params: { path, reason: 'the header says 812 pages, the file has 640' },
    });
  const tables = [
    {
      name: 'journal',
      rows: '20480',
      columns: [
        { name: 'id', declared: 'INTEGER', samples: ['1', '2', '3'] },
        { name: 'entity', declared: 'TEXT', samples: ['order-1000', 'order-1001'] },
        { name: 'what', declared: 'TEXT', samples: ['OrderPlaced', 'ItemAdded'] },
        { name: 'happened', declared: 'TEXT', samples: ['2026-11-20 08:00:01.204'] },
        { name: 'body', declared: 'BLOB', samples: ['{"orderId":"order-1000","status":"placed"}'] },
      ],
    },
  ];
  if (name === 'journal.db') return { path, kind: 'sqlite', stores: [guess], tables, problem: null };
  if (name === 'unknown.db')
    return {
      path,
      kind: 'sqlite',
      stores: [],
      tables,
      problem: {
        code: 'source-no-events',
        message: 'no table looks like events',
        params: {
          path,
          reason:
            'journal comes near (body looks like the payload, what looks like the event type), but no column names a stream: the events would stand in one stream without a name; it has journal',
        },
      },
    };
  if (name === 'two.db')
    return {
      path,
      kind: 'sqlite',
      stores: [
        store,
        {
          ...store,
          index: 1,
          dialect: 'axon-4',
          title: 'Axon 4',
          tables: ['domain_event_entry'],
          certainty: 'likely',
        },
      ],
      tables,
      problem: null,
    };
  return { path, kind: 'sqlite', stores: [store], tables, problem: null };
}
