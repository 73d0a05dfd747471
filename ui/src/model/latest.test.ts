import { describe, expect, it } from 'vitest';
import { Latest } from './latest';

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('requests', () => {
  it('go one at a time, and only the newest of those that waited', async () => {
    const asked: number[] = [];
    const taken: number[] = [];
    const waiting: (() => void)[] = [];
    const latest = new Latest<number, number>(
      (q) => {
        asked.push(q);
        return new Promise((done) => waiting.push(() => done(q * 10)));
      },
      (a) => taken.push(a),
    );
    for (const q of [1, 2, 3, 4]) latest.request(q);
    expect(asked).toEqual([1]);
    waiting.shift()?.();
    await turn();
    expect(asked).toEqual([1, 4]);
    waiting.shift()?.();
    await turn();
    expect(taken).toEqual([10, 40]);
    expect(latest.busy).toBe(false);
  });

  it('are dropped after a reset, failures as well', async () => {
    const taken: number[] = [];
    const failed: unknown[] = [];
    const latest = new Latest<number, number>(
      (q) => (q < 0 ? Promise.reject(new Error('no')) : Promise.resolve(q)),
      (a) => taken.push(a),
      (e) => failed.push(e),
    );
    latest.request(1);
    latest.reset();
    await turn();
    latest.request(-1);
    await turn();
    latest.request(2);
    await turn();
    expect(taken).toEqual([2]);
    expect(failed).toHaveLength(1);
  });
});
