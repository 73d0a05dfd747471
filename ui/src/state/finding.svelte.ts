/** Finding a key or a value in what the inspector shows. */
import { tick } from 'svelte';
import { findIn, MOST } from '../model/find';
import type { Match } from '../model/find';
import type { Json } from '../model/json';
import { selection } from './selection.svelte';

/** Milliseconds of a frame that looking may take. */
const SLICE = 6;

class Finding {
  on = $state(false);
  text = $state('');
  /** How many were found so far. */
  count = $state(0);
  /** Which of them is shown. */
  at = $state(-1);
  /** There are more than are listed. */
  more = $state(false);
  busy = $state(false);
  /** The ids of rows that match. */
  ids = $state.raw<ReadonlySet<string>>(new Set());
  /** What is to be brought into sight: set by what the reader does, not by a value that changes under it. */
  reveal = $state.raw<Match | null>(null);
  private matches = $state.raw<Match[]>([]);
  /** The row that is shown. */
  current: string | null = $derived(this.at < 0 ? null : (this.matches[this.at]?.id ?? null));
  private run = 0;
  /** The first match is still to be brought into sight: looking may have to begin anew before it is found. */
  private shows = false;

  /** Shows the field to write in, on a tab that has something to look through. */
  open(): void {
    if (selection.tab !== 'state' && selection.tab !== 'event') selection.tab = 'state';
    this.on = true;
    void tick().then(() => {
      const input = document.querySelector<HTMLInputElement>('[data-testid="find-input"]');
      input?.focus();
      input?.select();
    });
  }

  close(): void {
    this.on = false;
    this.shows = false;
    this.stop();
  }

  /** Looks through a value; `shows` where the reader wrote what to look for. */
  look(value: Json | null, shows: boolean): void {
    this.stop();
    this.shows ||= shows;
    const { text } = this;
    if (value === null || text === '' || !this.on) return;
    const run = ++this.run;
    const found: Match[] = [];
    const steps = findIn(value, text, found);
    this.busy = true;
    const slice = (): void => {
      if (run !== this.run) return;
      const until = performance.now() + SLICE;
      let step = steps.next();
      while (step.done !== true && performance.now() < until) step = steps.next();
      this.count = found.length;
      if (found.length > 0 && this.at < 0) {
        this.matches = found;
        this.at = 0;
        if (this.shows) this.reveal = found[0] ?? null;
        this.shows = false;
      }
      if (step.done !== true) {
        setTimeout(slice);
        return;
      }
      this.busy = false;
      this.more = step.value;
      this.matches = [...found];
      this.ids = new Set(found.map((m) => m.id));
    };
    slice();
  }

  /** To the next match or the one before; round at the ends. */
  step(by: 1 | -1): void {
    const { length } = this.matches;
    if (length === 0) return;
    this.at = (this.at + by + length) % length;
    this.reveal = this.matches[this.at] ?? null;
  }

  private stop(): void {
    this.run++;
    this.busy = false;
    this.count = 0;
    this.at = -1;
    this.more = false;
    this.matches = [];
    this.ids = new Set();
    this.reveal = null;
  }
}

export const finding = new Finding();
export { MOST };
