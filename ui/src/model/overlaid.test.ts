import { describe, expect, it } from 'vitest';
import { parseJson } from './json';
import { overlaid } from './overlaid';

const lines = (left: string | null, right: string | null, places: string[] | null = null): string[] =>
  overlaid(left === null ? null : parseJson(left), right === null ? null : parseJson(right), places).map(
    ({ depth, sign, text }) => `${sign}${'.'.repeat(depth)}${text}`,
  );

describe('two documents as one', () => {
  it('say once what both say, and behind signs what one says alone', () => {
    expect(lines('{"a":1,"b":{"c":2,"d":3}}', '{"b":{"c":4,"d":3},"a":1,"e":null}')).toEqual([
      ' {',
      ' ."a": 1',
      ' ."b": {',
      '-.."c": 2',
      '+.."c": 4',
      ' .."d": 3',
      ' .}',
      '+."e": null',
      ' }',
    ]);
  });

  it('keep every digit, and tell numbers apart that are written differently', () => {
    expect(lines('[1.10,12345678901234567890]', '[1.1,12345678901234567890]')).toEqual([
      ' [',
      '-.1.10',
      '+.1.1',
      ' .12345678901234567890',
      ' ]',
    ]);
  });

  it('mark what differs where it does not count by another sign', () => {
    expect(lines('{"at":1,"n":1}', '{"at":2,"n":2}', ['/n'])).toEqual([
      ' {',
      '~."at": 1',
      '~."at": 2',
      '-."n": 1',
      '+."n": 2',
      ' }',
    ]);
  });

  it('are one with one sign where the other is not there', () => {
    expect(lines('{"a":[]}', null)).toEqual(['-{', '-."a": []', '-}']);
    expect(lines(null, '7')).toEqual(['+7']);
    expect(lines(null, null)).toEqual([]);
  });

  it('end at the most lines that are asked for', () => {
    expect(overlaid(parseJson('[1,2,3,4]'), parseJson('[1,2,3,5]'), null, 3)).toHaveLength(3);
  });
});
