/** The way from an event to the one that caused it: looked for in the source when asked for. */
import { told } from '../../i18n/told';
import { toBackendError } from '../../ipc/backend';
import { call } from '../../state/backend';
import { screen } from '../../state/screen.svelte';
import { selection } from '../../state/selection.svelte';
import { session } from '../../state/session.svelte';

class Cause {
  searching = $state(false);
  /** The event whose cause is not in this source. */
  missing = $state<number | null>(null);
  private age = 0;

  async go(ordinal: number): Promise<void> {
    const age = ++this.age;
    this.searching = true;
    this.missing = null;
    try {
      const row = await call('cause', { source: session.id, ordinal });
      if (age !== this.age) return;
      if (row === null) this.missing = ordinal;
      else selection.choose(row);
    } catch (reason) {
      const error = toBackendError(reason);
      if (age === this.age && error.code !== 'cancelled') screen.say(told(error));
    }
    if (age === this.age) this.searching = false;
  }

  cancel(): void {
    this.age++;
    this.searching = false;
    call('cancel_search', { source: session.id }).catch(() => undefined);
  }
}

export const cause = new Cause();
