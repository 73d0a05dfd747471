import { expect, it } from 'vitest';
import { fontOf } from './fonts.svelte';

it('a font is put together of its parts, whatever the short form says', () => {
  const style = {
    fontStyle: 'normal',
    fontWeight: '500',
    fontSize: '13px',
    fontFamily: 'Inter, sans-serif',
    font: '',
  };
  expect(fontOf(style)).toBe('normal 500 13px Inter, sans-serif');
});
