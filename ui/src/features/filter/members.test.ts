import { describe, expect, it } from 'vitest';
import type { EventDto } from '../../ipc/contract';
import { membersOf } from './members';

const event = {
  payload: '{"total":1.10,"items":{"a b":1,"c":2}}',
  metadata: null,
  extra: [
    ['topic', 'orders'],
    ['headers', '["trace-id","x","n","1","n","2"]'],
  ],
} as unknown as EventDto;

describe('what a filter can name below', () => {
  it.each([
    [['payload'], ['total', 'items']],
    [
      ['payload', 'items'],
      ['a b', 'c'],
    ],
    [['payload', 'total'], []],
    [['metadata'], []],
    [['extra'], ['topic', 'headers']],
    [['headers'], ['trace-id', 'n']],
    [['stream'], []],
    [[], []],
  ])('%j is %j', (way, names) => {
    expect(membersOf(event, way)).toEqual(names);
  });
});
