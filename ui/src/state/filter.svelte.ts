/** The filter in force, and the text being written. */
import type { FilterDto, FilterErrorDto, UnknownNameDto } from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import { Latest } from '../model/latest';
import { call, on } from './backend';
import { session } from './session.svelte';

class Filter {
  text = $state('');
  applied = $state.raw<FilterDto | null>(null);
  error = $state.raw<FilterErrorDto | null>(null);
  id: number | null = $derived(this.applied?.id ?? null);
  private unknown = $state.raw<readonly UnknownNameDto[]>([]);
  /** Names in a filter that keeps nothing which nothing here has. A capture that grows may have them later. */
  hints: readonly UnknownNameDto[] = $derived(this.isFruitless(this.applied) ? this.unknown : []);
  private end: (() => void) | null = null;
  /** What was asked to be in force and is not answered yet. */
  private asked: string | null = null;
  private age = 0;

  private readonly check = new Latest<string, FilterErrorDto | null>(
    async (text) => (text.trim() === '' ? null : (await call('check_filter', { text })).error),
    (error, text) => {
      if (text === this.text) this.error = error;
    },
  );

  private readonly status = new Latest<FilterDto, FilterDto>(
    (of) => call('filter_status', { source: session.id, filter: of.id }),
    (status) => {
      if (this.applied?.id !== status.id) return;
      this.applied = status;
      this.lookFor(status);
      session.update();
    },
  );

  private readonly look = new Latest<FilterDto, UnknownNameDto[]>(
    (of) => call('filter_hints', { source: session.id, filter: of.id }),
    (unknown, of) => {
      if (this.applied?.id === of.id) this.unknown = unknown;
    },
  );

  private isFruitless(of: FilterDto | null): boolean {
    return of !== null && of.done && of.matched === 0;
  }

  /** Nothing is kept: perhaps because something in the filter is mistyped. */
  private lookFor(of: FilterDto): void {
    if (this.isFruitless(of)) this.look.request(of);
  }

  /** As one types: says what is wrong, applies nothing. */
  write(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.check.request(text);
  }

  async apply(text = this.text): Promise<void> {
    this.text = text;
    const trimmed = text.trim();
    // What is still asked for would be in force after it.
    if (this.asked === null && trimmed === (this.applied?.text.trim() ?? '')) {
      this.error = null;
      return;
    }
    const age = ++this.age;
    this.asked = null;
    if (trimmed === '') {
      this.drop();
      this.error = null;
      session.update();
      return;
    }
    this.asked = text;
    try {
      const { error } = await call('check_filter', { text });
      if (age !== this.age) return;
      this.error = error;
      if (error !== null) return;
      const applied = await call('apply_filter', { source: session.id, text });
      if (age !== this.age) return;
      this.drop();
      this.applied = applied;
      this.end = on('filter', (e) => {
        if (e.filter === this.applied?.id) this.status.request(this.applied);
      });
      // It may have grown between the answer and the subscription.
      if (!applied.done) this.status.request(applied);
      else this.lookFor(applied);
      session.update();
    } catch (error) {
      if (age !== this.age) return;
      const { code, message } = toBackendError(error);
      this.error = { code, message, start: 0, end: text.length };
    } finally {
      if (age === this.age) this.asked = null;
    }
  }

  /** What is written is again what is in force. */
  giveUp(): void {
    this.text = this.meant;
    this.error = null;
  }

  /** What is in force, or is about to be. */
  get meant(): string {
    return this.asked ?? this.applied?.text ?? '';
  }

  clear(): void {
    void this.apply('');
  }

  private drop(): void {
    this.end?.();
    this.end = null;
    const old = this.applied;
    this.applied = null;
    this.unknown = [];
    if (old !== null) call('drop_filter', { source: session.id, filter: old.id }).catch(() => undefined);
  }

  forget(): void {
    this.age++;
    this.asked = null;
    this.end?.();
    this.end = null;
    this.applied = null;
    this.unknown = [];
    this.text = '';
    this.error = null;
  }
}

export const filter = new Filter();
