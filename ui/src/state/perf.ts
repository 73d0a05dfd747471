/**
 * Measures a scrub, a zoom and a pan: from the input to the frame in which what it changes has been painted. Works only when the address ends
 * in `#measure`; then `window.__leftfold.perf` holds the samples.
 */

import { afterPainting } from '../model/painting';

type Part = 'cursor' | 'density' | 'state';

export interface Sample {
  /** When the input came, in milliseconds since the window opened. */
  at: number;
  /** Milliseconds until all was painted. */
  took: number;
}

const CAPACITY = 4096;

export class Perf {
  readonly samples: Sample[] = [];
  on = false;
  private seq = 0;
  private pending: { seq: number; at: number; left: Set<Part> }[] = [];

  /** A new input, and what has to be painted for it; answers its number. */
  begin(at?: number, parts: Part[] = ['cursor', 'density', 'state']): number {
    if (!this.on || at === undefined) return this.seq;
    this.seq++;
    this.pending.push({ seq: this.seq, at, left: new Set(parts) });
    return this.seq;
  }

  get current(): number {
    return this.seq;
  }

  /** A part stands on the screen as the input number `seq` asked; older inputs are answered by it as well. */
  painted(part: Part, seq: number): void {
    if (this.pending.length === 0) return;
    for (const input of this.pending) if (seq >= input.seq) input.left.delete(part);
    const done = this.pending.filter((input) => input.left.size === 0);
    if (done.length === 0) return;
    this.pending = this.pending.filter((input) => input.left.size > 0);
    afterPainting((now) => {
      for (const { at } of done) {
        if (this.samples.length >= CAPACITY) this.samples.shift();
        this.samples.push({ at, took: now - at });
      }
    });
  }
}

export const perf = new Perf();

declare global {
  interface Window {
    __leftfold?: { perf: Perf };
  }
}

export function measureIfAsked(): void {
  if (!location.hash.includes('measure')) return;
  perf.on = true;
  window.__leftfold = { perf };
}
