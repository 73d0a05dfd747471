import { describe, expect, it } from 'vitest';
import type { TableDto } from '../../ipc/contract';
import { startOf } from './start';

const table = (name: string, ...columns: string[]): TableDto => ({
  name,
  rows: null,
  columns: columns.map((column) => ({ name: column, declared: 'TEXT', samples: [] })),
});
const tables = [
  table('users', 'id', 'name'),
  table('audit', 'who', 'kind', 'body'),
  table('steps', 's', 'n', 'at'),
];
const reason =
  'The view v was not read: it looks like an event table, but views are not run. audit comes near (body looks like the payload, kind ' +
  'looks like the event type), but no column names a stream: the events would stand in one stream without a name; steps comes near (s ' +
  'looks like the stream and n like its version: together they are unique, at looks like the time), but no column names an event type; ' +
  'it has audit, steps, users; if one of them does hold events, `leftfold mapping show FILE --table TABLE` prints how it would be read';
const problem = { code: 'source-no-events', message: `x: ${reason}`, params: { reason } };
const filled = (name?: string): Record<string, string> =>
  Object.fromEntries(
    startOf({ tables, problem }, name).fields.flatMap((f) =>
      f.expression === '' ? [] : [[f.field, f.expression]],
    ),
  );

describe('the start of a mapping', () => {
  it('is what the reasons say of the table that comes nearest', () => {
    expect(startOf({ tables, problem }).table).toBe('audit');
    expect(filled()).toEqual({ payload: 'body', type: 'kind' });
  });

  it('is that of another table where that one is asked for', () => {
    expect(filled('steps')).toEqual({ stream: 's', version: 'n', time: 'at' });
    expect(filled('users')).toEqual({});
    expect(startOf({ tables, problem }, 'users').table).toBe('users');
  });

  it('is empty where nothing is said', () => {
    expect(startOf({ tables, problem: null })).toMatchObject({ table: 'users' });
    expect(startOf({ tables: [], problem: null }).table).toBe('');
  });
});
