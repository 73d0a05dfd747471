/** The event list's columns: what the reader chose for a source, kept. */
import { moved, sized, toggled, USUAL } from '../model/columnChoice';
import type { Column } from '../model/columnChoice';
import { preferences } from './preferences.svelte';
import { session } from './session.svelte';

/** Sources whose columns are kept. */
const KEPT = 40;

class Columns {
  /** `null`: the usual ones, as wide as what they hold. */
  chosen: readonly Column[] | null = $derived(preferences.now.columns[session.source?.path ?? ''] ?? null);
  now: readonly Column[] = $derived(this.chosen ?? USUAL);
  /** Whether they are being chosen. */
  choosing = $state(false);

  toggle(id: string): void {
    this.set(toggled(this.now, id));
  }

  move(id: string, to: number): void {
    this.set(moved(this.now, id, to));
  }

  size(id: string, width: number | null): void {
    this.set(sized(this.now, id, width));
  }

  has(id: string): boolean {
    return this.now.some((c) => c.id === id);
  }

  reset(): void {
    this.restore(null);
  }

  /** Takes these as chosen; `null`: the usual ones. */
  restore(columns: readonly Column[] | null): void {
    this.keep(columns);
  }

  private set(columns: readonly Column[]): void {
    if (columns !== this.now) this.keep(columns);
  }

  private keep(columns: readonly Column[] | null): void {
    const path = session.source?.path;
    if (path === undefined) return;
    const others = Object.entries(preferences.now.columns).filter(([of]) => of !== path);
    const own: [string, Column[]][] = columns === null ? [] : [[path, [...columns]]];
    preferences.now.columns = Object.fromEntries([...others, ...own].slice(-KEPT));
  }
}

export const columns = new Columns();
