import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../ipc/contract';
import { ERRORS_ZH } from './errors';
import { en } from './en';
import { locale } from './index.svelte';
import { sentence, told } from './told';

const SOURCE = join(process.cwd(), '../crates/leftfold-source');
const read = (path: string): string => readFileSync(join(SOURCE, path), 'utf8');
const texts = (toml: string): string[] => {
  const lists = [...toml.matchAll(/^notes = \[(.*?)\]$/gms)].map((m) => m[1] ?? '');
  const says = [...toml.matchAll(/says = "((?:[^"\\]|\\.)*)"/g)].map((m) => m[1] ?? '');
  return [
    ...lists.flatMap((list) => [...list.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1] ?? '')),
    ...says,
  ];
};

/** The sentences that files of the program push among notes and reasons, with words for what they fill in. */
function pushed(path: string): string[] {
  const code = read(path).split('#[cfg(test)]')[0] ?? '';
  const places =
    /(?:notes|troubles|reasons)\s*\.\s*(?:push|insert)\(|because\(|vec!\[\s*"|Some\(\s*(?:format!\()?\s*"/g;
  const found: string[] = [];
  for (const at of code.matchAll(places)) {
    const rest = code.slice(at.index, at.index + 260);
    const literal = /"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? '';
    if (/^\S+ \S+ \S/.test(literal)) found.push(literal.replace(/\{[^}]*\}/g, 'that_one'));
  }
  return found;
}

beforeEach(() => locale.set('zh'));
afterEach(() => locale.set('en'));

describe('what the program says', () => {
  it('has a Chinese text for every code', () => {
    for (const code of ERROR_CODES) expect(ERRORS_ZH[code]?.trim() ?? '', code).toMatch(/\p{Script=Han}/u);
    expect(Object.keys(ERRORS_ZH).sort()).toEqual([...ERROR_CODES].sort());
  });

  it('has no title of an error that cannot come', () => {
    const titled = Object.keys(en).flatMap((key) => /^error\.(.+)\.(?:title|do)$/.exec(key)?.[1] ?? []);
    for (const code of titled) expect(ERROR_CODES).toContain(code);
  });

  it('has a Chinese text for every note and reason of every layout', () => {
    const files = readdirSync(join(SOURCE, 'dialects')).filter((name) => name.endsWith('.toml'));
    const all = files.flatMap((name) => texts(read(`dialects/${name}`)));
    expect(all.length).toBeGreaterThan(60);
    expect(all.filter((text) => !/\p{Script=Han}/u.test(sentence(text)))).toEqual([]);
  });

  it('has a Chinese text for every note and reason made while a file is opened', () => {
    const files = [
      'open.rs',
      'capture/store.rs',
      'dialect/detect.rs',
      'dialect/guess.rs',
      'dialect/streams.rs',
      'sqlite/schema.rs',
      'ndjson/store.rs',
    ];
    const all = files.flatMap((name) => pushed(`src/${name}`));
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((text) => !/\p{Script=Han}/u.test(sentence(text)))).toEqual([]);
  });

  it('keeps names and digits, and translates what a sentence holds', () => {
    expect(sentence('entity looks like the event type')).toBe('entity 像是事件类型');
    expect(sentence('payload looks like the payload'), 'a column keeps its name').toBe('payload 像是载荷');
    expect(sentence('not as usual in column a: expected that a holds JSON')).toBe(
      '列 a 与通常不同：应为“a 存放 JSON”',
    );
    expect(sentence('No column looks like the time of an event.')).toBe('没有列像是事件的时间。');
    expect(
      sentence('6 rows cannot be read, in 2 places; the first: row 7; the last: rows 10 to 14: torn'),
    ).toBe('6 行无法读取，共 2 处；首处：第 7 行；末处：第 10 至 14 行：torn');
    expect(sentence('nobody has said this before')).toBe('nobody has said this before');
  });

  it('fills the parameters of an error in, and falls back to English when they are missing', () => {
    const error = {
      code: 'source-locked',
      message: 'x is locked',
      params: { path: '/x', reason: 'close it' },
    };
    expect(told(error)).toBe('/x 被其他程序锁定：close it');
    expect(told({ ...error, params: {} })).toBe('x is locked');
    expect(told({ code: 'no-such-point', message: 'a has no v9' })).toBe('没有这个位置（a has no v9）');
    expect(told({ code: 'brand-new', message: 'the moon' })).toBe('the moon');
    locale.set('en');
    expect(told(error)).toBe('x is locked');
  });
});
