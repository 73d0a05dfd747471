/** What led to the inspected event and what it led to: asked for when it is looked at. */
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import type { CausesDto, EffectsDto } from '../ipc/contract';
import { call } from './backend';
import { session } from './session.svelte';

/** In a history of more events one is asked before all of it is read for the effects of one. */
const AT_ONCE = 300_000;
/** Milliseconds an event stays before its causes are looked for: a playhead that moves has passed it by then. */
const PAUSE = 150;

class Causation {
  /** The event that is asked about. */
  ordinal = $state<number | null>(null);
  causes = $state.raw<CausesDto | null>(null);
  effects = $state.raw<EffectsDto | null>(null);
  searching = $state(false);
  /** The reader gave up, or a part is not looked for before that is asked for. */
  waiting = $state(false);
  problem = $state.raw<BackendError | null>(null);
  private age = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows what is known of another event, which is nothing yet, and looks for it if that stays. */
  show(ordinal: number | null): void {
    if (ordinal === this.ordinal) return;
    this.leave();
    this.ordinal = ordinal;
    if (ordinal === null) return;
    this.searching = true;
    this.timer = setTimeout(() => void this.look((session.source?.index.events ?? 0) <= AT_ONCE), PAUSE);
  }

  /** Looks for causes, and for effects if the history is to be read for them. */
  async look(whole: boolean): Promise<void> {
    const { ordinal } = this;
    if (ordinal === null) return;
    const age = ++this.age;
    const asked = { source: session.id, ordinal };
    this.searching = true;
    this.waiting = false;
    this.problem = null;
    try {
      if (this.causes === null) {
        const causes = await call('causes', asked);
        if (age !== this.age) return;
        this.causes = causes;
      }
      if (whole) {
        const effects = await call('effects', asked);
        if (age !== this.age) return;
        this.effects = effects;
      } else this.waiting = true;
    } catch (reason) {
      if (age !== this.age) return;
      const error = toBackendError(reason);
      if (error.code === 'cancelled') this.waiting = true;
      else this.problem = error;
    }
    this.searching = false;
  }

  cancel(): void {
    this.age++;
    clearTimeout(this.timer);
    if (this.searching) call('cancel_search', { source: session.id }).catch(() => undefined);
    this.searching = false;
    this.waiting = true;
  }

  /** Nobody looks any more. */
  leave(): void {
    if (this.searching) this.cancel();
    this.age++;
    clearTimeout(this.timer);
    this.ordinal = null;
    this.causes = null;
    this.effects = null;
    this.searching = false;
    this.waiting = false;
    this.problem = null;
  }
}

export const causation = new Causation();
