import { describe, expect, it } from 'vitest';
import { beside } from './beside';
import { parseJson } from './json';

const rows = (l: string, r: string, places: string[] | null = null): string[] =>
  beside(parseJson(l), parseJson(r), places).map(
    (row) => `${row.differs ? '≠' : '='} ${row.path} ${row.left ?? '-'} ${row.right ?? '-'}`,
  );

describe('two values side by side', () => {
  it('stand in one row for every place that either has', () => {
    expect(rows('{"a":1,"b":{"c":[true,"x"]}}', '{"a":2,"b":{"c":[true]},"d":null}')).toEqual([
      '≠ /a 1 2',
      '= /b/c/0 true true',
      '≠ /b/c/1 "x" -',
      '≠ /d - null',
    ]);
  });

  it('are marked where they are known to differ, and nowhere else', () => {
    expect(rows('{"a":10.10,"at":1}', '{"a":10.1,"at":2}', [])).toEqual(['= /a 10.10 10.1', '= /at 1 2']);
    expect(rows('{"a":{"b":1}}', '{"a":{"b":2}}', ['/a'])).toEqual(['≠ /a/b 1 2']);
    expect(rows('{"ab":1,"a":1}', '{"ab":1,"a":2}', ['/a'])).toEqual(['= /ab 1 1', '≠ /a 1 2']);
  });

  it('are one side where there is only one', () => {
    expect(beside(parseJson('{"a":9007199254740993}'), null, null)).toEqual([
      { path: '/a', left: '9007199254740993', right: null, differs: false },
    ]);
  });

  it('may be single values, or empty', () => {
    expect(rows('1', '{}')).toEqual(['≠  1 {}']);
  });
});
