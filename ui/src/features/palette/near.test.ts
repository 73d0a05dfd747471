import { describe, expect, it } from 'vitest';
import { nearest, rank, wider } from './near';

const named = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));
const near = (text: string, ...names: string[]): string[] =>
  nearest(text, named(...names)).map((n) => n.name);

describe('the nearest names', () => {
  it('do not mind zeros before a number, nor capitals', () => {
    expect(near('stock-SKU-7', 'stock-SKU-17', 'stock-SKU-007', 'payment-7')[0]).toBe('stock-SKU-007');
    expect(near('STOCK-sku-07', 'stock-SKU-7')).toEqual(['stock-SKU-7']);
  });

  it('may be mistyped, or written in part', () => {
    expect(near('oder-1002', 'payment-1002', 'order-1002')[0]).toBe('order-1002');
    expect(near('ord1002', 'order-1002')).toEqual(['order-1002']);
  });

  it('are none where nothing is like it', () => {
    expect(near('zebra', 'order-1', 'stock-2')).toEqual([]);
    expect(near('v7', 'v8')).toEqual([]);
  });

  it('are looked for among ever more names', () => {
    expect(wider('stock-SKU-7')).toEqual(['stock-SKU-', 'stock', 'SKU', '']);
    expect(wider('stock')).toEqual(['']);
  });
});

describe('commands are found', () => {
  const sorted = (written: string, texts: string[]): string[] =>
    texts
      .map((text) => ({ text, at: rank(text, written) }))
      .filter(({ at }) => at !== null)
      .sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
      .map(({ text }) => text);

  it('by whole words before letters that are scattered', () => {
    const texts = ['Switch between event time and log order', 'Change the theme', 'Themes'];
    expect(sorted('theme', texts)).toEqual([
      'Themes',
      'Change the theme',
      'Switch between event time and log order',
    ]);
    expect(sorted('the change', texts)[0]).toBe('Change the theme');
  });

  it('by nothing: all, as they stand', () => {
    expect(sorted('', ['b', 'a'])).toEqual(['b', 'a']);
  });

  it('in Chinese', () => {
    expect(sorted('主题', ['切换主题', '过滤'])).toEqual(['切换主题']);
  });
});
