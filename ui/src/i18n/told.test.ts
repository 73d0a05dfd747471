import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../ipc/contract';
import { ERRORS_ZH } from './errors';
import { en } from './en';
import { locale } from './index.svelte';
import { SENTENCES_ZH } from './sentences';
import { WRAPPED_ZH } from './sentences.session';
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

  it('says in Chinese what point is not there', () => {
    const said = (message: string): string => told({ code: 'no-such-point', message });
    expect(said('"stock-SKU-0007" has no version 0; it has v1 to v129')).toBe(
      '没有这个位置（"stock-SKU-0007" 没有版本 0；有 v1 至 v129）',
    );
    expect(said('there is no event e99; the last is e23')).toBe(
      '没有这个位置（没有事件 e99；最后一个是 e23）',
    );
    // What is not known stays as it is.
    expect(said('something else')).toBe('没有这个位置（something else）');
  });

  it('says in Chinese what is wrong with a filter, and where', () => {
    const said = (code: string, message: string): string => told({ code, message });
    expect(said('filter-syntax', 'write && instead of and (column 13)')).toBe(
      '表达式的写法有误（请写 &&，而不是 and，第 13 列）',
    );
    expect(said('filter-syntax', '"[" is never closed (line 2, column 1)')).toBe(
      '表达式的写法有误（"[" 没有闭合，第 2 行第 1 列）',
    );
    const kind = 'this is a text, not true or false; compare it, as in type == "…" (column 1)';
    expect(said('filter-not-a-condition', kind)).toContain(
      '这是文本，而不是真或假；请加以比较，例如 type == "…"',
    );
    expect(said('filter-fails', '> does not work on a text and a number')).toContain('> 不能用于文本与数');
  });

  it('has a Chinese text for what is wrong with a comparison, a rule, a mapping, a mask, a link or a project file', () => {
    const folder = join(process.cwd(), '../crates/leftfold-session/src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const said = files.flatMap((name) => {
      if (!name.endsWith('.rs') || name.endsWith('tests.rs')) return [];
      const code = (readFileSync(join(folder, name), 'utf8').split('#[cfg(test)]')[0] ?? '').replace(
        /\\\n\s*/g,
        '',
      );
      const call =
        /(?:SessionError::new\(\s*"[^"]+",|\bwrong\(|\bwhy = |ok_or_else\(\|\| )\s*&?(?:format!\(\s*)?"((?:[^"\\]|\\.)*)"/g;
      return [...code.matchAll(call)].map((m) => (m[1] ?? '').replaceAll('\\"', '"'));
    });
    // A word of the language stands for what is filled in; what is all of that has no words of its own.
    const filled = said
      .filter((text) => /[a-z] [a-z]/.test(text.replace(/\{[^}]*\}/g, '')))
      .map((text) =>
        text
          .replace(/(?<=\})\{\}$|\{(?:more|near|hint)\}/g, '')
          .replaceAll('{which}', 'cart (left side)')
          .replace('{column:?} of {table} {why}', '{} of {} is not there')
          .replaceAll(/\{\{|\}\}/g, '')
          .replace(/\{[^}]*\}/g, '"that_one"'),
      );
    expect(filled.length).toBeGreaterThan(70);
    expect(filled.filter((text) => !/\p{Script=Han}/u.test(sentence(text)))).toEqual([]);
    expect(told({ code: 'project-file', message: '/a b/leftfold.toml: line 5: unknown key `lag`' })).toBe(
      '项目文件 leftfold.toml 无法使用（/a b/leftfold.toml：第 5 行：未知的键 `lag`）',
    );
    expect(
      told({ code: 'no-such-stream', message: 'there is no stream "a: b"; did you mean "a: c"?' }),
    ).toContain('a: b');
  });

  it('takes every sentence for what it is, and for no other one', () => {
    for (const [english, chinese] of [...SENTENCES_ZH, ...WRAPPED_ZH]) {
      const parts = english
        .split('{}')
        .slice(1)
        .map((_, i) => `"n${i}"`);
      const inner = /\{(\d)\}/.exec(chinese)?.[1];
      // What holds a sentence counts only where that one is known.
      if (WRAPPED_ZH.some(([wrapped]) => wrapped === english) && inner !== undefined)
        parts[Number(inner)] = 'no event has a time';
      const expected = chinese
        .replace(/\{(\d)!?\}/g, (_, at: string) => parts[Number(at)] ?? '')
        .replace('no event has a time', '没有事件带有时间');
      let next = 0;
      const filled = english.replace(/\{\}/g, () => parts[next++] ?? '');
      expect(sentence(filled), english).toBe(expected);
    }
  });

  it('alters no name, whatever it looks like', () => {
    const named = (name: string): string => told({ code: 'no-such-stream', message: 'x', params: { name } });
    expect(named('line 3: no event has a time')).toBe('没有名为 line 3: no event has a time 的流');
    expect(named('payload')).toBe('没有名为 payload 的流');
    expect(named('order-\u202Egpj')).toBe('没有名为 order-\\u{202e}gpj 的流');
  });

  it('says what it can in Chinese, and never a half', () => {
    const table = 'there is no table "carts" (views are never read); there are cart; did you mean cart?';
    expect(told({ code: 'source-mapping', message: `/a b/read.db: ${table}` })).toBe(
      '/a b/read.db：没有表 "carts"（视图从不读取）；现有 cart；是否为 cart？',
    );
    expect(sentence('nobody said this; did you mean a or b?')).toBe('nobody said this; did you mean a or b?');
    expect(sentence('there is no name "data"; did you mean payload or metadata?')).toBe(
      '没有名称 "data"；是否为 payload 或 metadata？',
    );
    expect(sentence('it could not be judged for any event: > does not work on a text and a number')).toBe(
      '对任何事件都无法判断：> 不能用于文本与数',
    );
    expect(
      sentence(
        '/a/leftfold.toml: line 4: within: "x" is no length of time: write 30s (ns, us, ms, s, m, h or d)',
      ),
    ).toBe(
      '/a/leftfold.toml：第 4 行：within："x" 不是时长：请写 30s 这样的时长（ns、us、ms、s、m、h 或 d）',
    );
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
