import { describe, expect, it } from 'vitest';
import { ALL_LANES, levelFor, readMarks, TILE_COLUMNS, TileCache, tileSpan } from './tiles';
import type { TileRequest } from './tiles';

/** One event at each multiple of 10 below 10,000, in every lane. */
function answer({ lanes, from, to, columns }: TileRequest): ArrayBuffer {
  const rows = Math.max(1, lanes.length);
  const out = new Uint32Array(4 + rows * columns);
  out.set([1, rows, columns, 1]);
  const width = (to - from) / BigInt(columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0n; c < 10_000n; c += 10n) {
      if (c >= from && c < to) {
        const at = 4 + row * columns + Number((c - from) / width);
        out[at] = (out[at] ?? 0) + 1;
      }
    }
  }
  return out.buffer;
}

interface Harness {
  cache: TileCache;
  requests: TileRequest[];
  release: () => Promise<void>;
}

function harness(): Harness {
  const requests: TileRequest[] = [];
  const waiting: (() => void)[] = [];
  const cache = new TileCache(
    (request) => {
      requests.push(request);
      return new Promise((done) => waiting.push(() => done(answer(request))));
    },
    () => undefined,
  );
  const release = async (): Promise<void> => {
    while (waiting.length > 0) {
      waiting.shift()?.();
      await new Promise((done) => setTimeout(done));
    }
  };
  return { cache, requests, release };
}

const BOUNDS = { from: 0n, to: 9_990n };
const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);

function drawn(cache: TileCache, level: number, from: bigint, to: bigint, pixels: number): Float32Array {
  const into = new Float32Array(pixels);
  cache.accumulate(7, level, { from, to }, BOUNDS, from, 0, Number(to - from) / pixels, into);
  return into;
}

describe('the tile cache', () => {
  it('asks for the visible tiles in one request and counts every event once', async () => {
    const { cache, requests, release } = harness();
    cache.setLanes([7]);
    cache.want(2, [{ from: 0n, to: 4096n }], BOUNDS);
    await release();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ from: 0n, to: 4096n, columns: 2 * TILE_COLUMNS, lanes: [7] });
    expect(sum(drawn(cache, 2, 0n, 4096n, 333))).toBeCloseTo(410, 3);
    expect(cache.settled).toBe(true);
  });

  it('loses nothing of a column that reaches out of a stretch between two gaps', async () => {
    const { cache, release } = harness();
    cache.setLanes([7]);
    cache.want(3, [{ from: 0n, to: 4096n }], BOUNDS);
    await release();
    const between = (from: bigint, to: bigint): number => {
      const into = new Float32Array(100);
      cache.accumulate(7, 3, { from, to: to + 1n }, { from, to }, 0n, 0, 20.48, into);
      return sum(into);
    };
    expect(between(0n, 1000n)).toBeCloseTo(101, 3);
    expect(between(2000n, 2000n)).toBeCloseTo(1, 3);
  });

  it('keeps one request in flight and goes on with the newest wish', async () => {
    const { cache, requests, release } = harness();
    cache.setLanes([7]);
    for (let from = 0n; from < 8n; from++)
      cache.want(0, [{ from: from * 512n, to: from * 512n + 512n }], BOUNDS);
    expect(requests).toHaveLength(1);
    await release();
    expect(requests.map((r) => r.from)).toEqual([0n, 7n * 512n]);
  });

  it('does not ask again for what is there, nor for what lies outside the data', async () => {
    const { cache, requests, release } = harness();
    cache.setLanes([7]);
    cache.want(3, [{ from: -100_000n, to: 100_000n }], BOUNDS);
    await release();
    cache.want(3, [{ from: 0n, to: 9_990n }], BOUNDS);
    await release();
    expect(requests).toHaveLength(1);
    expect(requests[0]?.from).toBe(0n);
  });

  it('draws from coarser and finer tiles until the right ones come', async () => {
    const { cache, release } = harness();
    cache.setLanes([7]);
    cache.want(3, [{ from: 0n, to: 4096n }], BOUNDS);
    await release();
    // Zoomed in: a coarser tile spreads its counts.
    expect(sum(drawn(cache, 1, 0n, 1024n, 100))).toBeCloseTo(102.6, 0);
    // Zoomed out: finer tiles add up.
    expect(sum(drawn(cache, 4, 0n, 4096n, 100))).toBeCloseTo(410, 3);
  });

  it('draws expired tiles and fetches them anew', async () => {
    const { cache, requests, release } = harness();
    cache.setLanes([7]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    cache.expire();
    expect(sum(drawn(cache, 2, 0n, 2048n, 64))).toBeGreaterThan(200);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    expect(requests).toHaveLength(2);
  });

  it('drops an answer that was asked for before everything changed', async () => {
    const { cache, release } = harness();
    cache.setLanes([7]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    cache.clear();
    await release();
    expect(sum(drawn(cache, 2, 0n, 2048n, 64))).toBe(0);
  });

  it('asks for a lane that comes into sight, and for no other', async () => {
    const { cache, requests, release } = harness();
    cache.setLanes([7]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    cache.setLanes([7, 8]);
    expect(sum(drawn(cache, 2, 0n, 2048n, 64))).toBeGreaterThan(200);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    expect(requests[1]?.lanes).toEqual([8]);
    cache.setLanes([7]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    cache.setLanes([8, 7]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    expect(requests).toHaveLength(2);
  });

  it('fetches a lane anew that expired while it was out of sight', async () => {
    const { cache, requests, release } = harness();
    cache.setLanes([7, 8]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    cache.setLanes([7]);
    cache.expire();
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    cache.setLanes([7, 8]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await release();
    expect(requests.map((r) => r.lanes)).toEqual([[7, 8], [7], [8]]);
  });

  it('says that it waits until the first counts are there, or cannot be had', async () => {
    const { cache, release } = harness();
    cache.setLanes([7]);
    expect(cache.waiting).toBe(true);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    expect(cache.waiting).toBe(true);
    await release();
    expect(cache.waiting).toBe(false);
    const failing = new TileCache(
      () => Promise.reject(new Error('gone')),
      () => undefined,
    );
    failing.setLanes([7]);
    failing.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    await new Promise((done) => setTimeout(done));
    expect(failing.waiting).toBe(false);
  });

  it('names no lane when it wants all events in one', () => {
    const { cache, requests } = harness();
    cache.setLanes([ALL_LANES]);
    cache.want(2, [{ from: 0n, to: 2048n }], BOUNDS);
    expect(requests[0]?.lanes).toEqual([]);
  });

  it('says the column under the pointer exactly', async () => {
    const { cache, release } = harness();
    cache.setLanes([7]);
    cache.want(5, [{ from: 0n, to: 9_990n }], BOUNDS);
    await release();
    const column = cache.columnAt(5, 70n);
    expect([column?.from, column?.to, column?.count(7)]).toEqual([64n, 96n, 3]);
  });

  it('reaches before the epoch', () => {
    expect(tileSpan(0)).toBe(BigInt(TILE_COLUMNS));
    expect([levelFor(0.3), levelFor(1), levelFor(5), levelFor(2 ** 40)]).toEqual([0, 0, 2, 40]);
    const { cache, requests } = harness();
    cache.setLanes([7]);
    cache.want(0, [{ from: -600n, to: -500n }], { from: -1000n, to: 0n });
    expect(requests[0]).toMatchObject({ from: -1024n, to: 0n });
  });
});

describe('marks', () => {
  it('are read with every digit of their coordinates', () => {
    const buffer = new ArrayBuffer(8 + 2 * 16);
    new Uint32Array(buffer, 0, 2).set([3, 2]);
    new BigInt64Array(buffer, 8, 2).set([1_795_185_127_482_113_204n, -1n]);
    new Uint32Array(buffer, 24, 4).set([5, 6, 0, 1]);
    const marks = readMarks(buffer);
    expect([...(marks?.coords ?? [])]).toEqual([1_795_185_127_482_113_204n, -1n]);
    expect([...(marks?.ordinals ?? [])]).toEqual([5, 6]);
    expect([...(marks?.lanes ?? [])]).toEqual([0, 1]);
  });

  it('are absent when there are too many', () => {
    expect(readMarks(new Uint32Array([1, 0xffffffff]).buffer)).toBeNull();
  });
});
