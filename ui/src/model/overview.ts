/** The strip of the whole where events stand apart: as a density, single ones are too faint to be seen. */

/** So many pixels a bar needs. */
const PIXELS_A_BAR = 8;
/** A stretch that is wider is no moment. */
const WIDEST = 4;

/** Where events are, in pixels, and how many. */
export interface Run {
  from: number;
  to: number;
  events: number;
}

export interface Bar {
  from: number;
  width: number;
  /** Of the highest one. */
  share: number;
}

/** The stretches of counts that hold events. */
export function runsOf(counts: Float32Array): Run[] {
  const runs: Run[] = [];
  let run: Run | null = null;
  for (const [x, n] of counts.entries()) {
    // What a count leaves of itself in a neighbouring pixel by rounding is no event.
    if (n < 0.004) run = null;
    else if (run === null) runs.push((run = { from: x, to: x + 1, events: n }));
    else {
      run.to = x + 1;
      run.events += n;
    }
  }
  return runs;
}

/** A bar for each, at least `least` wide. `null`: they do not stand apart. */
export function barsOf(
  runs: readonly Run[],
  pixels: number,
  least: number,
  scale: 'sqrt' | 'linear',
): Bar[] | null {
  if (runs.length * PIXELS_A_BAR > pixels) return null;
  if (runs.some(({ from, to }) => to - from > WIDEST)) return null;
  const most = runs.reduce((m, r) => Math.max(m, r.events), 0);
  return runs.map(({ from, to, events }) => {
    const width = Math.max(to - from, least);
    const start = Math.round((from + to - width) / 2);
    return {
      from: Math.min(Math.max(0, start), Math.max(0, pixels - width)),
      width,
      share: scale === 'sqrt' ? Math.sqrt(events / most) : events / most,
    };
  });
}
