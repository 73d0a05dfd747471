import { describe, expect, it } from 'vitest';
import { findIn, MOST } from './find';
import type { Match } from './find';
import { parseJson } from './json';
import { treeRows } from './tree';

/** Finds, opens what has to be open, and answers the rows that were meant; each must be in the tree. */
function found(json: string, text: string): { rows: string[]; more: boolean; steps: number } {
  const value = parseJson(json);
  const matches: Match[] = [];
  const steps = findIn(value, text, matches);
  let count = 0;
  let next = steps.next();
  for (; next.done !== true; next = steps.next()) count++;
  const switched = new Map(matches.flatMap((m) => m.opens.map((id): [string, boolean] => [id, true])));
  const rows = treeRows({ value, changes: [], blame: [], switched });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const shown = matches.slice(0, 200).map((m) => {
    const row = byId.get(m.id);
    if (row === undefined) throw new Error(`${m.id} is not in the tree`);
    return row.kind === 'line' ? `${row.path}: ${row.text}` : row.path;
  });
  return { rows: shown, more: next.value, steps: count };
}

describe('finding in a value', () => {
  it('looks in keys and values, whatever is closed, in the order of the tree', () => {
    const json =
      '{"customer":{"name":"Ada Gold","tier":"gold"},"golden":[1,{"deep":{"Gold":10.10}}],"n":10.10,"none":null}';
    expect(found(json, 'gold').rows).toEqual([
      '/customer/name',
      '/customer/tier',
      '/golden',
      '/golden/1/deep/Gold',
    ]);
    expect(found(json, '10.1').rows).toEqual(['/golden/1/deep/Gold', '/n']);
    expect(found(json, 'NULL').rows).toEqual(['/none']);
    expect(found(json, '').rows).toEqual([]);
    expect(found(json, 'nowhere').rows).toEqual([]);
  });

  it('finds in a list of a hundred thousand in the chunk it is in, in slices', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => (i === 77_777 ? '{"needle":1}' : String(i % 9)));
    const { rows, steps } = found(`{"all":[${items.join(',')}]}`, 'needle');
    expect(rows).toEqual(['/all/77777/needle']);
    expect(steps).toBeGreaterThan(300);
  });

  it('finds the lines of a long text, also where it is shown in chunks', () => {
    const part = 'x'.repeat(99_950);
    const text = `${part} needle here ${part} Needle and needle ${'y'.repeat(200_000)}`;
    const { rows } = found(JSON.stringify({ text }), 'needle');
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.toLowerCase()).toContain('needle');
  });

  it('lists not more than can be walked through, and says so', () => {
    const { more } = found(`[${Array.from({ length: MOST + 5 }, () => '"a"').join(',')}]`, 'a');
    expect(more).toBe(true);
  });
});
