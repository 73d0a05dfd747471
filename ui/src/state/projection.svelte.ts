/** The projection the states are seen through: the one that is configured, or one the reader chose. */
import type { ProjectionDto } from '../ipc/contract';
import { tOr } from '../i18n/index.svelte';
import { call } from './backend';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';

/** Sources whose choice is kept. */
const KEPT = 40;

class Projection {
  all = $state.raw<ProjectionDto[]>([]);
  /** `null`: the configured one. */
  chosen = $state<string | null>(null);
  private path = '';
  private age = 0;

  async start(source: number, path: string): Promise<void> {
    this.forget();
    this.path = path;
    // Before the list is there: what was chosen last time is most likely still offered.
    this.chosen = preferences.now.projections[path] ?? null;
    const { age } = this;
    try {
      const all = await call('projections', { source });
      if (age !== this.age) return;
      this.all = all;
    } catch {
      // Without a list there is nothing to choose from.
    }
    if (age === this.age && this.chosen !== null && !this.all.some((p) => p.name === this.chosen))
      this.set(null);
  }

  choose(name: string | null): void {
    if (name === this.chosen) return;
    const kept = Object.entries(preferences.now.projections).filter(([path]) => path !== this.path);
    if (name !== null) kept.push([this.path, name]);
    preferences.now.projections = Object.fromEntries(kept.slice(-KEPT));
    this.set(name);
  }

  /** The next one of the list; after the last the configured one. What the configured one is here already is passed over. */
  next(): void {
    const same = this.chosen === null ? playhead.state?.projection : undefined;
    const names = this.all.map((p) => p.name);
    const rest = names.slice(this.chosen === null ? 0 : names.indexOf(this.chosen) + 1);
    this.choose(rest.find((name) => name !== same) ?? null);
  }

  describe({ name, builtIn, description }: ProjectionDto): string {
    return builtIn ? tOr(`projection.${name}`, description) : tOr('projection.declared', description);
  }

  forget(): void {
    this.age++;
    this.all = [];
    this.chosen = null;
  }

  private set(name: string | null): void {
    this.chosen = name;
    playhead.ask();
  }
}

export const projection = new Projection();
