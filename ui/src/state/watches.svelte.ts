/** The fields of states whose values have lanes of their own: which, and what they hold along the axis. */
import { SvelteMap } from 'svelte/reactivity';
import type { AxisDto } from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { readablePointer } from '../model/json';
import { MOST_WATCHES } from '../model/kept';
import type { Watch } from '../model/kept';
import { readValues } from '../model/valueLane';
import type { Values } from '../model/valueLane';
import { call } from './backend';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { screen } from './screen.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';

/** Milliseconds between two looks at a field of a capture that grows. */
const GROWTH_PAUSE = 1000;

/** What is known of a watched field. */
export interface Watched {
  axis: AxisDto;
  /** The stream's key; `null`: no stream has the name. */
  stream: number | null;
  values: Values | null;
  problem: BackendError | null;
}

export const idOf = ({ stream, path }: Watch): string => `${stream}\n${path}`;

class Watches {
  all = $state.raw<readonly Watch[]>([]);
  private readonly known = new SvelteMap<string, Watched>();
  /** What was last asked for each, and when. */
  private readonly asked = new Map<string, string>();
  private readonly askedAt = new Map<string, number>();
  /** Counts the pauses that are over. */
  private turn = $state(0);
  private pause: ReturnType<typeof setTimeout> | undefined;

  /** What is known of one; what was known on another axis is not. */
  of(watch: Watch): Watched | null {
    const found = this.known.get(idOf(watch)) ?? null;
    return found?.axis === preferences.now.axis ? found : null;
  }

  has(stream: string, path: string): boolean {
    return this.all.some((watch) => watch.stream === stream && watch.path === path);
  }

  /** Puts a field of the inspected stream into a lane of its own, or takes it away. */
  toggle(path = selection.pinned): void {
    const { stream } = selection;
    if (stream === null || path === null) {
      screen.say(t('watch.none'));
      return;
    }
    if (this.has(stream.name, path)) this.remove({ stream: stream.name, path });
    else if (this.all.length >= MOST_WATCHES) screen.say(t('watch.most', { n: MOST_WATCHES }));
    else {
      this.all = [...this.all, { stream: stream.name, path }];
      selection.pinned = path;
    }
  }

  remove(watch: Watch): void {
    const id = idOf(watch);
    this.all = this.all.filter((other) => idOf(other) !== id);
    this.known.delete(id);
    this.asked.delete(id);
    this.askedAt.delete(id);
  }

  nameOf({ path }: Watch): string {
    return path === '' ? t('watch.whole') : readablePointer(path);
  }

  /** Runs inside an effect: asks for what is watched, once for each state of the source. */
  follow(): void {
    const { source } = session;
    const { axis } = preferences.now;
    const { chosen } = projection;
    // A stream may come late, and values while it is read are not its last.
    if (source === null || session.reading) return;
    void this.turn;
    const now = performance.now();
    for (const watch of this.all) {
      const question = JSON.stringify([source.id, source.index.generation, axis, chosen]);
      if (this.asked.get(idOf(watch)) === question) continue;
      // A stream is folded for each answer: not as often as a capture grows.
      const since = now - (this.askedAt.get(idOf(watch)) ?? -Infinity);
      if (session.growing && since < GROWTH_PAUSE) {
        this.pause ??= setTimeout(() => {
          this.pause = undefined;
          this.turn++;
        }, GROWTH_PAUSE - since);
        continue;
      }
      this.asked.set(idOf(watch), question);
      this.askedAt.set(idOf(watch), now);
      void this.ask(watch, source.id, axis, chosen, question);
    }
  }

  private async ask(
    watch: Watch,
    source: number,
    axis: AxisDto,
    chosen: string | null,
    question: string,
  ): Promise<void> {
    const id = idOf(watch);
    const take = (watched: Watched): void => {
      if (this.asked.get(id) === question) this.known.set(id, watched);
    };
    try {
      const { streams } = await call('streams', { source, query: watch.stream, offset: 0, limit: 1 });
      const stream = streams[0]?.name === watch.stream ? streams[0].key : null;
      if (stream === null) {
        take({ axis, stream, values: null, problem: null });
        return;
      }
      const answer = await call('watch', { source, stream, path: watch.path, axis, projection: chosen });
      take({ axis, stream, values: readValues(answer), problem: null });
    } catch (error) {
      take({ axis, stream: null, values: null, problem: toBackendError(error) });
    }
  }

  restore(all: readonly Watch[]): void {
    this.all = all;
  }

  forget(): void {
    this.all = [];
    this.known.clear();
    this.asked.clear();
    this.askedAt.clear();
    clearTimeout(this.pause);
    this.pause = undefined;
  }
}

export const watches = new Watches();
