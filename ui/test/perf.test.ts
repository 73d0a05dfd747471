import { describe, expect, it } from 'vitest';
import { afterPainting } from '../src/model/painting';
import { Perf } from '../src/state/perf';

/** What was to be noted when the next frame is painted has been noted a frame later. */
const frames = (): Promise<void> => new Promise((done) => afterPainting(() => afterPainting(() => done())));

describe('the measurement of a scrub', () => {
  it('counts an input when cursor, density and state have been painted for it or a later one', async () => {
    const perf = new Perf();
    perf.on = true;
    const first = perf.begin(performance.now());
    const second = perf.begin(performance.now());
    perf.painted('cursor', second);
    perf.painted('density', second);
    perf.painted('state', first);
    await frames();
    expect(perf.samples).toHaveLength(1);
    perf.painted('state', second);
    await frames();
    expect(perf.samples).toHaveLength(2);
    expect(perf.samples.every((s) => s.took >= 0)).toBe(true);
  });

  it('waits for the density alone where only that changes', async () => {
    const perf = new Perf();
    perf.on = true;
    const zoom = perf.begin(performance.now(), ['density']);
    perf.painted('density', zoom);
    await frames();
    expect(perf.samples).toHaveLength(1);
  });

  it('does nothing unless asked', () => {
    const perf = new Perf();
    perf.painted('cursor', perf.begin(1));
    expect(perf.samples).toEqual([]);
  });
});
