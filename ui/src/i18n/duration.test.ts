import { afterEach, expect, it } from 'vitest';
import { durationText } from './duration';
import { locale } from './index.svelte';

afterEach(() => locale.set('en'));

it.each([
  [17_460_000_000_000n, '4 h 51 min', '4 小时 51 分钟'],
  [-1_500n, '−1 µs 500 ns', '−1 微秒 500 纳秒'],
  [0n, '0 ns', '0 纳秒'],
  [864_000_000_000_000n, '10 d', '10 天'],
])('a length of %s ns is named in the language in use', (nanos, english, chinese) => {
  expect(durationText(nanos)).toBe(english);
  locale.set('zh');
  expect(durationText(nanos)).toBe(chinese);
});
