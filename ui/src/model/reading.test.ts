import { expect, test } from 'vitest';
import { NOTHING, choiceOf, chosen, formOf, readingOf, readingOfAsked, saysAnything } from './reading';

test('nothing entered says nothing', () => {
  expect(readingOf(NOTHING, ['orders'])).toEqual({ decoders: [], mapping: [] });
  expect(saysAnything(NOTHING, 'orders')).toBe(false);
});

test('a choice is said of its topic alone, with the file of its schema', () => {
  let wish = chosen(NOTHING, 'orders', 'value', { form: 'avro', file: ' /s/paid.avsc ' });
  wish = chosen(wish, 'orders', 'key', { form: 'text', file: '/left/over' });
  wish = chosen(wish, 'other', 'value', { form: 'protobuf', file: '' });
  expect(readingOf(wish, ['orders']).decoders).toEqual(['orders:key=text', 'orders:value=avro:/s/paid.avsc']);
  expect(readingOf(wish, ['other', 'third']).decoders).toEqual(['other:value=protobuf']);
  expect(choiceOf(wish, 'third', 'key')).toEqual({ form: '', file: '' });
});

test('what is captured by pattern is read as was said of each topic', () => {
  let wish = chosen(NOTHING, 'orders', 'value', { form: 'json', file: '' });
  wish = chosen(wish, 'stock', 'value', { form: 'hex', file: '' });
  expect(readingOfAsked(wish, ['^ord', '^(']).decoders).toEqual(['orders:value=json']);
  expect(readingOfAsked(wish, ['stock']).decoders).toEqual(['stock:value=hex']);
});

test('places of facts are said of all topics', () => {
  const wish = { ...NOTHING, facts: { stream: 'payload/orderId', type: ' ', version: 'metadata/seq' } };
  expect(readingOf(wish, []).mapping).toEqual(['stream=payload/orderId', 'version=metadata/seq']);
  expect(saysAnything(wish, 'orders')).toBe(true);
});

test('of why a value was read so, the form is the first word', () => {
  expect(formOf('avro: it is framed with schema 3')).toBe('avro');
  expect(formOf('')).toBe('');
});
