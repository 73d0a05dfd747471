import { describe, expect, it } from 'vitest';
import { nearest, wider } from './near';

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
