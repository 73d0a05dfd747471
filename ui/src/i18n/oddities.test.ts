import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OddityDto } from '../ipc/contract';
import { locale } from './index.svelte';
import { ODDITIES_ZH, oddityText } from './oddities';

const made = readFileSync(join(process.cwd(), '../crates/leftfold-session/src/oddities.rs'), 'utf8');

beforeEach(() => locale.set('zh'));
afterEach(() => locale.set('en'));

it('every oddity the program tells has a text', () => {
  const codes = [...made.matchAll(/(?:code: |\.oddity\(\s*log,\s*)"([\w-]+)"/g)].map((m) => m[1] ?? '');
  expect(codes.length).toBeGreaterThan(6);
  expect(codes.filter((code) => code !== 'unreadable' && !(code in ODDITIES_ZH))).toEqual([]);
});

it('says how many, the first, and how many were looked at', () => {
  const oddity: OddityDto = {
    code: 'payload-problem',
    count: '1200',
    first: 0,
    label: 'a v1 (#1)',
    lookedAt: 1024,
    message: 'at least 1,200 …',
  };
  expect(oddityText(oddity)).toBe(
    '至少 1,200 个事件的载荷或元数据无法读取；首个：a v1 (#1)（查看了 1024 个事件）',
  );
  expect(oddityText({ ...oddity, lookedAt: null })).not.toContain('至少');
  expect(oddityText({ ...oddity, code: 'unreadable', message: '1 row cannot be read: torn' })).toContain(
    'torn',
  );
  locale.set('en');
  expect(oddityText(oddity)).toBe('at least 1,200 …');
});
