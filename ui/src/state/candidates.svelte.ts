/** Files opened before that are likely the other side of the open one: looked into one after the other while the form is shown. */
import type { LikenessDto } from '../ipc/contract';
import { call } from './backend';
import { screen } from './screen.svelte';
import { session } from './session.svelte';

const MOST = 8;
/** Below that a file has next to nothing in common. */
const LEAST_SCORE = 10;

class Candidates {
  /** Best first. */
  found = $state.raw<readonly LikenessDto[]>([]);
  looking = $state(false);
  private age = 0;

  /** Looks at the files opened before. What is there of the same source stays until there is better. */
  async look(): Promise<void> {
    const age = ++this.age;
    const { id: source, source: open } = session;
    this.found = [];
    this.looking = true;
    try {
      screen.recent = await call('recent', {});
      const paths = screen.recent.filter((r) => r.exists && r.path !== open?.path).map((r) => r.path);
      for (const path of paths.slice(0, MOST)) {
        if (age !== this.age) return;
        // A file that cannot be read is none to offer.
        const likeness = await call('likeness', { source, path }).catch(() => null);
        if (age !== this.age) return;
        if (likeness !== null && likeness.score >= LEAST_SCORE)
          this.found = [...this.found, likeness].sort((a, b) => b.score - a.score);
      }
    } catch {
      // Without a list there is nothing to offer.
    } finally {
      if (age === this.age) this.looking = false;
    }
  }

  /** The form is closed: what is not looked at yet is not looked at any more. */
  stop(): void {
    this.age++;
    this.looking = false;
  }
}

export const candidates = new Candidates();
