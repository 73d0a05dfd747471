/** A very small part of the filter language: comparisons of fields joined by `&&`. */
import type { FilterErrorDto } from '../contract';
import { rfc3339 } from '../../model/time';
import type { MockEvent } from './shop';

const TERM =
  /^\s*(stream|category|type|version|time|payload(?:\.\w+)+)\s*(==|!=|>=|<=|>|<)\s*("[^"]*"|-?[0-9.]+)\s*$/;

type Test = (event: MockEvent) => boolean;

function field(event: MockEvent, name: string): unknown {
  if (name === 'time')
    return rfc3339(event.nanos).replace(
      /(?:\.(\d+))?Z$/,
      (_, digits = '') => `.${String(digits).padEnd(9, '0')}Z`,
    );
  if (name === 'stream' || name === 'category' || name === 'type' || name === 'version') return event[name];
  let value: unknown = JSON.parse(event.payload);
  for (const part of name.split('.').slice(1)) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value;
}

export function compile(text: string): { test: Test } | { error: FilterErrorDto } {
  const tests: Test[] = [];
  let at = 0;
  for (const part of text.split('&&')) {
    const m = TERM.exec(part);
    if (m === null) {
      const start = at + (part.length - part.trimStart().length);
      const message = 'expected a comparison such as `category == "order"`';
      const end = Math.max(start + 1, at + part.trimEnd().length);
      return { error: { code: 'filter-syntax', message, start, end } };
    }
    at += part.length + 2;
    const [, name = '', op, literal = ''] = m;
    const wanted: string | number = literal.startsWith('"') ? literal.slice(1, -1) : Number(literal);
    tests.push((event) => {
      const value = field(event, name);
      if (typeof value !== typeof wanted) return op === '!=' && value !== undefined;
      const v = value as string | number;
      if (op === '==') return v === wanted;
      if (op === '!=') return v !== wanted;
      if (op === '>') return v > wanted;
      if (op === '<') return v < wanted;
      return op === '>=' ? v >= wanted : v <= wanted;
    });
  }
  return { test: (event) => tests.every((t) => t(event)) };
}
