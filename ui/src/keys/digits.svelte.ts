/** A speed typed as two digits behind its key, so that a digit alone can switch a lane at once. */
import { playhead } from '../state/playhead.svelte';

/** Milliseconds after which what was typed stands. */
export const PAUSE = 2000;

class Digits {
  /** What was typed of a speed; `null`: none is being typed. */
  typed = $state<string | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  begin(): void {
    this.typed = '';
    this.wait();
  }

  /** Takes a key while a speed is typed; false: it is not for this, and means what it does otherwise. */
  take({ key, code, altKey, ctrlKey, metaKey, repeat }: KeyboardEvent): boolean {
    if (this.typed === null || ['Shift', 'Control', 'Alt', 'Meta'].includes(key)) return false;
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
    if (altKey || ctrlKey || metaKey || (digit === undefined && key !== 'Enter' && key !== 'Escape')) {
      this.end();
      return false;
    }
    // A digit that is held down is one digit.
    if (repeat) return true;
    if (digit !== undefined) {
      this.typed += digit;
      this.wait();
    } else if (key === 'Escape') this.typed = '';
    if (digit === undefined || this.typed.length === 2) this.end();
    return true;
  }

  private wait(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(), PAUSE);
  }

  private end(): void {
    clearTimeout(this.timer);
    const speed = Number(this.typed ?? '');
    this.typed = null;
    if (speed > 0) playhead.speed = speed;
  }
}

export const digits = new Digits();
