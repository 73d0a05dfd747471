import { describe, expect, it } from 'vitest';
import type { RowDto, StateDto } from '../ipc/contract';
import { csvOf, stateEnvelope } from './envelope';
import { parseJson } from './json';

const row = { version: '7', position: '1234', time: '2026-11-20T14:32:07.123456789Z' } as RowDto;
const state = {
  stream: 'order-1',
  last: row,
  projection: 'merge',
  missing: [],
  problems: [{ code: 'handler-failed', message: 'no', params: { a: 'b' } }],
} as unknown as StateDto;

describe('what is copied of a state', () => {
  it('is what the command line says, with all digits', () => {
    expect(stateEnvelope(state, '{"n":9007199254740993,"d":10.10}')).toBe(
      '{"stream":"order-1","version":7,"position":1234,"time":"2026-11-20T14:32:07.123456789Z","projection":"merge",' +
        '"state":{"n":9007199254740993,"d":10.10},"problems":[{"code":"handler-failed","message":"no"}]}',
    );
  });

  it('leaves out what is not known, and quotes a position that is no number', () => {
    const text = stateEnvelope(
      { ...state, last: { ...row, version: null, time: null, position: 'orders[3]@17' }, problems: [] },
      'null',
    );
    expect(text).toBe(
      '{"stream":"order-1","position":"orders[3]@17","projection":"merge","state":null,"problems":[]}',
    );
  });

  it('is a line for each leaf in a table', () => {
    const { text, lines, all } = csvOf(
      parseJson('{"a":{"b":10.10,"c,d":"x \\"y\\"\\n"},"e":[],"f":[1,null]}'),
    );
    expect(text).toBe('path,value\n/a/b,10.10\n"/a/c,d","x ""y""\n"\n/e,[]\n/f/0,1\n/f/1,null\n');
    expect([lines, all]).toEqual([5, true]);
  });

  it('stops a table where it would be too long, and says so', () => {
    const many = parseJson(`[${Array.from({ length: 100_001 }, (_, i) => i).join(',')}]`);
    expect(csvOf(many)).toMatchObject({ lines: 100_000, all: false });
  });
});
