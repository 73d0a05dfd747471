/** Digits: one alone switches a lane, two in a row are a speed. */
import { playhead } from '../state/playhead.svelte';
import { session } from '../state/session.svelte';

/** Milliseconds in which a second digit belongs to the first. */
export const PAUSE = 450;

class Digits {
  /** The first digit, while a second may follow. */
  typed = $state('');
  private timer: ReturnType<typeof setTimeout> | undefined;

  press(digit: string): void {
    clearTimeout(this.timer);
    if (this.typed === '') {
      this.typed = digit;
      this.timer = setTimeout(() => this.end(), PAUSE);
      return;
    }
    const speed = Number(this.typed + digit);
    this.typed = '';
    if (speed > 0) playhead.speed = speed;
  }

  /** No second digit came. */
  private end(): void {
    const lane = session.lanes[Number(this.typed) - 1];
    this.typed = '';
    if (lane !== undefined) session.toggleLane(lane);
  }
}

export const digits = new Digits();
