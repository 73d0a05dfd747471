import { describe, expect, it } from 'vitest';
import type { BlameDto, ChangeDto } from '../ipc/contract';
import { parseJson } from './json';
import { CHUNK, fieldsOf, treeRows } from './tree';
import type { TreeRow } from './tree';

const rows = (
  json: string,
  changes: ChangeDto[] = [],
  switched = new Map<string, boolean>(),
  blame: BlameDto[] = [],
): TreeRow[] => treeRows({ value: parseJson(json), changes, blame, switched });
const change = (
  path: string,
  kind: ChangeDto['kind'],
  before: string | null,
  after: string | null,
): ChangeDto => ({ path, kind, before, after });
const blamed = (path: string, ordinal: number): BlameDto => ({
  path,
  ordinal,
  version: '1',
  type: 'X',
  time: null,
});

describe('the state tree', () => {
  it('shows small objects on one line and opens lists of objects', () => {
    const shown = rows('{"customer":{"id":1,"tier":"gold"},"items":[{"sku":"A"}],"total":1.50}');
    expect(shown.map((r) => [r.path, r.text])).toEqual([
      ['/customer', '{ id: 1, tier: "gold" }'],
      ['/items', '[1]'],
      ['/items/0', '{ sku: "A" }'],
      ['/total', '1.50'],
    ]);
  });

  it('opens what holds a change and marks it', () => {
    const shown = rows('{"customer":{"id":1,"tier":"gold"}}', [
      change('/customer/tier', 'changed', '"basic"', '"gold"'),
    ]);
    expect(shown.map((r) => r.path)).toEqual(['/customer', '/customer/id', '/customer/tier']);
    expect(shown[2]?.change?.before).toBe('"basic"');
  });

  it('keeps showing a removed field', () => {
    const shown = rows('{"a":1}', [change('/b', 'removed', '2', null)]);
    expect(shown.map((r) => [r.name, r.change?.kind])).toEqual([
      ['a', undefined],
      ['b', 'removed'],
    ]);
  });

  it('shows the last field removed from an object', () => {
    const shown = rows('{"a":{}}', [change('/a/b', 'removed', '2', null)]);
    expect(shown.map((r) => r.path)).toEqual(['/a', '/a/b']);
  });

  it('shows a long list in chunks and opens the one that changed', () => {
    const json = `[${Array.from({ length: 2500 }, (_, i) => i).join(',')}]`;
    expect(rows(json)).toHaveLength(25);
    const shown = rows(json, [change('/1234', 'changed', '0', '1234')]);
    expect(shown).toHaveLength(25 + CHUNK);
    expect(shown.find((r) => r.path === '/1234')?.change).not.toBeNull();
  });

  it('blames a container on the latest event below it', () => {
    const shown = rows('{"a":{"x":1,"y":2}}', [], new Map(), [blamed('/a/x', 3), blamed('/a/y', 9)]);
    expect(shown[0]?.blame?.ordinal).toBe(9);
  });

  it('follows what the reader opened or closed', () => {
    expect(rows('{"a":{"x":1}}', [], new Map([['/a', true]])).map((r) => r.path)).toEqual(['/a', '/a/x']);
    expect(rows('{"a":[{"x":1}]}', [], new Map([['/a', false]])).map((r) => r.path)).toEqual(['/a']);
  });

  it('shows a state that is no object', () => {
    expect(rows('9007199254740993').map((r) => r.text)).toEqual(['9007199254740993']);
  });

  it('shows the beginning of a long text, and all of it when opened', () => {
    const text = 'x'.repeat(250);
    expect(rows(`{"a":"${text}"}`).map((r) => [r.kind, r.open])).toEqual([['string', false]]);
    const opened = rows(`{"a":"${text}"}`, [], new Map([['/a', true]]));
    expect(
      opened
        .slice(1)
        .map((r) => r.text)
        .join(''),
    ).toBe(text);
  });
});

describe('the fields of a value', () => {
  it('are its leaves in their order, with lists whole, and not too many', () => {
    const value = parseJson('{"b":{"x/y":1,"e":{}},"a":[1,{"c":2}],"z":null}');
    expect(fieldsOf(value, 50)).toEqual([
      { path: '/b/x~1y', text: '1' },
      { path: '/b/e', text: '{}' },
      { path: '/a', text: '[1, { c: 2 }]' },
      { path: '/z', text: 'null' },
    ]);
    expect(fieldsOf(value, 2).map((f) => f.path)).toEqual(['/b/x~1y', '/b/e']);
    expect(fieldsOf(parseJson('7'), 50)).toEqual([{ path: '', text: '7' }]);
    expect(fieldsOf(parseJson('{}'), 50)).toEqual([]);
  });
});
