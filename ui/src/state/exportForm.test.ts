import { describe, expect, test } from 'vitest';
import { EXPORT, folderOf, suggestedPath } from './exportForm';

describe('the file an export is suggested to go to', () => {
  const of = (source: string, form: Partial<typeof EXPORT> = {}): string =>
    suggestedPath(source, { ...EXPORT, ...form });

  test('lies beside the source and says by its ending what it holds', () => {
    expect(of('/data/shop.db')).toBe('/data/shop.ndjson');
    expect(of('/data/shop.db', { table: true })).toBe('/data/shop.csv');
    expect(of('/data/shop.db', { what: 'states' })).toBe('/data/shop-states.ndjson');
    expect(of('/data/shop.db', { what: 'picture', pixels: true })).toBe('/data/shop.png');
    expect(of('C:\\data\\shop.db', { what: 'page' })).toBe('C:\\data\\shop.html');
  });

  test('lies in the folder that was written to last', () => {
    expect(suggestedPath('/cache/demo/shop.db', EXPORT, folderOf('/home/ada/out/x.csv'))).toBe(
      '/home/ada/out/shop.ndjson',
    );
    expect([folderOf('x.csv'), folderOf('C:\\out\\x.csv')]).toEqual(['', 'C:\\out\\']);
  });

  test('is never the source', () => {
    expect(of('/data/shop.ndjson')).toBe('/data/shop-export.ndjson');
  });

  test('has a name where the source has none, and keeps one that begins with a dot', () => {
    expect(of('-')).toBe('-.ndjson');
    expect(of('/data/.events')).toBe('/data/.events.ndjson');
  });
});
