import { describe, expect, it } from 'vitest';
import { elideMiddle, splitName, start } from './names';

const measure = (text: string): number => [...text].length;

describe('a long name', () => {
  it('keeps its id', () => {
    expect(splitName('stock-SKU-0007')).toEqual(['stock-SKU', '-0007']);
    expect(splitName('order-1042')).toEqual(['order', '-1042']);
    expect(splitName('cart-5b1c7a2e-33d0-4f0e-9a57-0c1d2e3f4a5b')[1]).toBe('2e3f4a5b');
  });

  it('is never torn within a character', () => {
    const [start, end] = splitName('aa😀bbbbbbb');
    expect(start + end).toBe('aa😀bbbbbbb');
    expect(start.endsWith('\uD83D')).toBe(false);
  });

  it('loses its middle, and stays whole where there is room', () => {
    expect(elideMiddle('stock-SKU-0007', 14, measure)).toBe('stock-SKU-0007');
    expect(elideMiddle('stock-SKU-0007', 10, measure)).toBe('stoc…-0007');
    expect(elideMiddle('stock-SKU-0007', 4, measure)).toBe('…007');
  });
});

describe('the start of a text', () => {
  it('is all of it where there is room', () => {
    expect(start('{"qty":1}', 9, true)).toBe('{"qty":1}');
    expect(start('{"qty":1', 20, false)).toBe('{"qty":1…');
  });

  it('says that more is hidden, and ends with a whole character', () => {
    expect(start('{"qty":1}', 4, true)).toBe('{"qt…');
    expect(start('ab😀cd', 3, true)).toBe('ab…');
  });
});
