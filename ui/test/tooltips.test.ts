/** Every button says in a tooltip what its label does not, and has a label. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Button {
  line: number;
  /** As they are written, with their quotes or braces. */
  attributes: ReadonlyMap<string, string>;
  body: string;
}

/** The end of what begins at `from` and ends before one of these signs, which count outside of braces and quotes only. */
function endOf(text: string, from: number, stops: RegExp): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (depth === 0 && !quoted && stops.test(sign)) return at;
    if (sign === '{') depth++;
    else if (sign === '}') depth--;
    else if (sign === '"' && depth === 0) quoted = !quoted;
  }
  return text.length;
}

function attributesOf(tag: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  while (at < tag.length) {
    const end = endOf(tag, at, /\s/);
    const [, name, value] = /^\{?([\w:|-]+)\}?(?:=(.*))?$/s.exec(tag.slice(at, end)) ?? [];
    if (name !== undefined) found.set(name, value ?? `{${name}}`);
    at = end + 1;
  }
  return found;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

function buttonsOf(source: string): Button[] {
  const markup = source.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, blank);
  return [...markup.matchAll(/<button\b/g)].map(({ index }) => {
    const from = index + '<button'.length;
    const end = endOf(markup, from, />/);
    return {
      line: markup.slice(0, index).split('\n').length,
      attributes: attributesOf(markup.slice(from, end)),
      body: markup.slice(end + 1, markup.indexOf('</button', end)).trim(),
    };
  });
}

/** Whether nothing in it can be read: signs, icons and drawings. Another component than an icon is taken for a text. */
function isWordless(body: string): boolean {
  const rest = body
    .replace(/\{[#/:@][^{}]*\}/g, '')
    .replace(/<Icon\b[^>]*\/>/g, '')
    .replace(/<svg[\s\S]*?<\/svg>|<\/?[a-z][^>]*>/g, '');
  return !/[{<\p{L}\p{N}]/u.test(rest);
}

function faultOf({ attributes, body }: Button): string | null {
  const title = attributes.get('title');
  if (title === undefined) return 'has no title';
  if (/\bundefined\b|^""$/.test(title)) return 'has a title that may be empty';
  if (title === body) return 'has a title that only repeats its label';
  if (isWordless(body) && !attributes.has('aria-label')) return 'has no words and no aria-label';
  return null;
}

function components(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? components(path) : path.endsWith('.svelte') ? [path] : [];
  });
}

const only = (source: string): string | null => {
  const [button] = buttonsOf(source);
  return button === undefined ? 'no button' : faultOf(button);
};

describe('buttons', () => {
  it('all have a tooltip that adds to their label, and a label', () => {
    const root = join(process.cwd(), 'src');
    let count = 0;
    const faults = components(root).flatMap((path) =>
      buttonsOf(readFileSync(path, 'utf8')).flatMap((button) => {
        count++;
        const fault = faultOf(button);
        return fault === null ? [] : [`${relative(root, path)}:${button.line} ${fault}`];
      }),
    );
    expect(faults).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });

  it('are told apart by what they lack', () => {
    expect(only(`<button onclick={() => (x = 1 > 0)}>{t('a')}</button>`)).toBe('has no title');
    expect(only(`<button onclick={() => (node.title = '')}>{t('a')}</button>`)).toBe('has no title');
    expect(only(`<button data-title="x" onclick={go}>{t('a')}</button>`)).toBe('has no title');
    expect(only(`<button title={x ? t('b') : undefined}>{t('a')}</button>`)).toContain('may be empty');
    expect(only(`<button title={t('a')}>{t('a')}</button>`)).toContain('repeats');
    expect(only(`<button title={t('b')}><Icon name="close" /></button>`)).toContain('aria-label');
    expect(only(`<button title={t('b')}>×</button>`)).toContain('aria-label');
    expect(only(`<button title={t('b')}>{#if on}<Icon name="check" />{/if}</button>`)).toContain(
      'aria-label',
    );
  });

  it('may be written in any way', () => {
    expect(only(`<button\n  title="{t('b')} (>)"\n  onclick={() => go()}>{t('a')}</button\n>`)).toBeNull();
    expect(only(`<button {title} class="x">{t('a')}</button>`)).toBeNull();
    expect(only(`<button title={t('b')}><Middle text={name} /></button>`)).toBeNull();
    expect(only(`<button title={t('b')} aria-label={t('b')}><Icon name="close" /></button>`)).toBeNull();
    expect(buttonsOf(`<!-- <button> -->\n\n<button></button>`).map(({ line }) => line)).toEqual([3]);
  });
});
