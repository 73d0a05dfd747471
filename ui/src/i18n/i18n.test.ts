import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from './en';
import { fill } from './index.svelte';
import { zh } from './zh';

/** Keys that are put together at run time begin so. */
const MADE = [
  'kafka.readAs.',
  'kafka.fact.',
  'capture.state.',
  'certainty.',
  'compare.by.',
  'compare.knownBy.',
  'compare.shared.',
  'compare.verdict.',
  'demo.',
  'error.',
  'evidence.',
  'export.done.',
  'export.events',
  'export.page',
  'export.picture',
  'export.range.',
  'export.states',
  'field.',
  'finding.',
  'help.',
  'focus.in.',
  'kafka.field.',
  'kafka.from.',
  'kafka.protocol.',
  'kafka.step.',
  'lanes.',
  'mode.',
  'pointer.',
  'projection.',
  'rules.kind.',
  'sync.',
  'tab.',
  'theme.',
  'unit.',
  'verdict.',
];

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'i18n' ? [] : sources(path);
    return /\.(svelte|ts)$/.test(entry.name) && !entry.name.endsWith('.test.ts')
      ? [readFileSync(path, 'utf8')]
      : [];
  });
}

const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map((m) => m[1] ?? ''))].sort();

describe('the texts', () => {
  it('exist in both languages and are not empty', () => {
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    for (const text of [...Object.values(en), ...Object.values(zh)]) expect(text.trim()).not.toBe('');
  });

  it('fill in the same values in both languages', () => {
    for (const key of Object.keys(en) as (keyof typeof en)[]) {
      expect(placeholders(zh[key]), key).toEqual(placeholders(en[key]));
    }
  });

  it('are all used', () => {
    const code = sources(join(process.cwd(), 'src')).join('\n');
    const unused = Object.keys(en).filter(
      (key) => !code.includes(`'${key}'`) && !MADE.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it('stand nowhere in the markup', () => {
    const markup = sources(join(process.cwd(), 'src'))
      .filter((text) => text.includes('<script lang="ts">'))
      .map((text) =>
        text
          .replace(/<script[\s\S]*?<\/script>/g, '')
          .replace(/<style[\s\S]*?<\/style>/g, '')
          .replace(/<!--[\s\S]*?-->/g, ''),
      );
    // A word of three letters between tags, or as a label, that no call made.
    const words = markup.flatMap((text) => [
      ...text.matchAll(/>\s*([A-Z][a-z]{2,}[a-z ]*)\s*</g),
      ...text.matchAll(/(?:title|aria-label|placeholder)="([A-Za-z][^"{]*)"/g),
    ]);
    expect(words.map((m) => m[1]?.trim()).filter((word) => word !== 'Leftfold')).toEqual([]);
  });

  it('choose one or many by number, and group digits', () => {
    expect(fill('{n} {n:event|events}', { n: 1 })).toBe('1 event');
    expect(fill('{n} {n:event|events}', { n: 1204331 })).toBe('1,204,331 events');
    expect(fill('{unknown} stays', {})).toBe('{unknown} stays');
  });
});
