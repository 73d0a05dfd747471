import { describe, expect, it } from 'vitest';
import {
  formatJson,
  indentJson,
  JsonError,
  parseJson,
  pointerToken,
  pointerTokens,
  readablePointer,
  Rereader,
  tryParseJson,
} from './json';

describe('lossless JSON', () => {
  it.each([
    '9007199254740993',
    '-0',
    '0.10',
    '1.50e+400',
    '123456789012345678901234567890.000000000000000001',
    '"\\u4e2d \\"q\\" \\n"',
    '{"b":1,"a":[1,2.0,{}],"":null}',
    '[]',
    '[[[[true,false]]]]',
  ])('keeps %s as it is', (text) => {
    const again = formatJson(parseJson(text));
    expect(JSON.parse(again)).toEqual(JSON.parse(text));
    // The text itself survives as well, escapes in strings aside.
    if (!text.includes('\\')) expect(again).toBe(text);
  });

  it('keeps the order of members and members of the same name', () => {
    expect(formatJson(parseJson('{ "z": 1, "a": 2, "z": 3 }'))).toBe('{"z":1,"a":2,"z":3}');
  });

  it.each(['', '{', '[1,]', '{"a":}', '01', '1.', 'nul', '"\u0001"', '1 2', '{"a" 1}', "{'a':1}", '[1}'])(
    'refuses %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(JsonError);
      expect(tryParseJson(text)).toBeNull();
    },
  );

  it('reads values nested deeper than a call stack', () => {
    const depth = 50_000;
    let value = parseJson('['.repeat(depth) + ']'.repeat(depth));
    let found = 1;
    while (value.kind === 'array' && value.items[0] !== undefined) {
      value = value.items[0];
      found++;
    }
    expect(found).toBe(depth);
  });

  it('stops formatting near a limit', () => {
    const long = parseJson(`[${'1,'.repeat(10_000)}1]`);
    expect(formatJson(long, true, 50).length).toBeLessThan(60);
  });

  it('indents what it copies without touching numbers', () => {
    expect(indentJson(parseJson('{"a":[1.0],"b":{}}'))).toBe('{\n  "a": [\n    1.0\n  ],\n  "b": {}\n}');
  });
});

describe('pointers', () => {
  it('escape and unescape', () => {
    const names = ['a/b', 'm~n', '~1', '', '0'];
    expect(pointerTokens('/' + names.map(pointerToken).join('/'))).toEqual(names);
    expect(pointerTokens('')).toEqual([]);
  });

  it('read as paths', () => {
    expect(readablePointer('/items/0/sku')).toBe('items[0].sku');
    expect(readablePointer('/a b/c')).toBe('["a b"].c');
    expect(readablePointer('')).toBe('(root)');
  });
});

describe('reading one state after another', () => {
  const big = (n: number, more = ''): string =>
    `{"list":[${'{"a\\\\\\"]}":[1,"x"]},'.repeat(6000)}0],"text":"${'y'.repeat(70_000)}","n":${n}${more}}`;

  it('gives what reading each gives, with unchanged members as they were', () => {
    const reader = new Rereader();
    const [one, two] = [big(1), big(2, ',"new":[10.10]')];
    const first = reader.read(one);
    const second = reader.read(two);
    expect(first).toEqual(parseJson(one));
    expect(second).toEqual(parseJson(two));
    if (first?.kind !== 'object' || second?.kind !== 'object') throw new Error('no objects');
    expect(second.entries[0]?.[1]).toBe(first.entries[0]?.[1]);
    expect(second.entries[1]?.[1]).toBe(first.entries[1]?.[1]);
  });

  it('says of what is no JSON that it is none', () => {
    const reader = new Rereader();
    for (const bad of [
      big(1).slice(0, -1),
      `${big(1)}x`,
      big(1).replace('10', '01'),
      big(1).replace('"n":1', '"n":tru'),
    ])
      expect([bad.slice(-20), reader.read(bad)]).toEqual([
        bad.slice(-20),
        (() => {
          try {
            return parseJson(bad);
          } catch {
            return null;
          }
        })(),
      ]);
    expect(reader.read('[1,')).toBeNull();
    expect(reader.read(`[${'1,'.repeat(70_000)}1]`)?.kind).toBe('array');
  });

  it('reads texts of megabytes', () => {
    const text = JSON.stringify({ a: 'x\\n"'.repeat(1_000_000) });
    expect(parseJson(text)).toEqual({
      kind: 'object',
      entries: [['a', { kind: 'string', value: 'x\\n"'.repeat(1_000_000) }]],
    });
  });
});
