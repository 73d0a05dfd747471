/** Which screen is shown, and the way from a path to an open source. */
import type { InspectDto, MappingDto, RecentDto, DemoDto } from '../ipc/contract';
import type { BackendError } from '../ipc/backend';
import { t } from '../i18n/index.svelte';
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import { call, on } from './backend';
import { compare } from './compare.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

export type Now =
  | { kind: 'welcome' }
  | { kind: 'opening'; path: string }
  | { kind: 'choose'; inspect: InspectDto }
  | { kind: 'mapping'; inspect: InspectDto; store: number | null }
  | { kind: 'error'; path: string; error: BackendError }
  | { kind: 'kafka' }
  | { kind: 'window' };

interface Point {
  at: string | null;
  stream: string | null;
}

class Screen {
  now = $state.raw<Now>({ kind: 'welcome' });
  recent = $state.raw<RecentDto[]>([]);
  demos = $state.raw<DemoDto[]>([]);
  version = $state('');
  dragging = $state(false);
  palette = $state<'closed' | 'commands' | 'streams'>('closed');
  help = $state(false);
  /** A short message that goes by itself. */
  notice = $state<string | null>(null);
  private age = 0;
  private noticeTimer: ReturnType<typeof setTimeout> | undefined;

  async start(): Promise<void> {
    const info = await call('app_info', {});
    this.version = info.version;
    preferences.load(info.preferences, info.locale);
    on(
      'open',
      ({ path, at, stream }) => void this.openPath(path, { at: at ?? null, stream: stream ?? null }),
    );
    on('drag', ({ over }) => (this.dragging = over));
    void this.listWelcome();
    if (info.open !== null)
      await this.openPath(info.open.path, { at: info.open.at, stream: info.open.stream });
  }

  async listWelcome(): Promise<void> {
    // Each list is shown on its own; one that fails stays empty.
    call('recent', {}).then(
      (recent) => (this.recent = recent),
      () => undefined,
    );
    call('demos', {}).then(
      (demos) => (this.demos = demos),
      () => undefined,
    );
  }

  home(): void {
    this.age++;
    session.end();
    this.now = { kind: 'welcome' };
    void this.listWelcome();
  }

  /** Shows the connection screen; what is open stays open behind it. */
  connect(): void {
    this.age++;
    this.now = { kind: 'kafka' };
  }

  /** Leaves a screen that stands before what is open. */
  back(): void {
    if (session.source === null) this.home();
    else this.now = { kind: 'window' };
  }

  say(text: string): void {
    this.notice = text;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => (this.notice = null), 5000);
  }

  async pick(): Promise<void> {
    try {
      const path = await call('pick_file', {});
      if (path !== null) await this.openPath(path);
    } catch (error) {
      this.say(told(toBackendError(error)));
    }
  }

  async forgetRecent(): Promise<void> {
    await call('clear_recent', {});
    this.recent = [];
  }

  async openPath(path: string, point: Point = { at: null, stream: null }): Promise<void> {
    const age = ++this.age;
    this.now = { kind: 'opening', path };
    try {
      const real = path.startsWith('demo:') ? await call('prepare_demo', { name: path.slice(5) }) : path;
      const inspect = await call('inspect', { path: real });
      if (age !== this.age) return;
      const [first] = inspect.stores;
      if (first === undefined) this.now = { kind: 'mapping', inspect, store: null };
      else if (inspect.stores.length > 1) this.now = { kind: 'choose', inspect };
      else if (first.certainty === 'guess') this.now = { kind: 'mapping', inspect, store: first.index };
      else await this.openStore(real, first.index, null, point);
    } catch (error) {
      if (age === this.age) this.fail(path, error);
    }
  }

  /** Opens a demo, and compares it with its mirror. */
  async openCompared(demo: string): Promise<void> {
    await this.openPath(`demo:${demo}`);
    if (this.now.kind !== 'window') return;
    const { age } = this;
    try {
      compare.form.path = await call('prepare_demo', { name: `${demo}-mirror` });
      // What was found can be gone to when all is read.
      if (session.reading || session.axisInfo === null) await session.read();
      if (age === this.age) await compare.start();
    } catch (error) {
      if (age === this.age) this.say(told(toBackendError(error)));
    }
  }

  async openStore(
    path: string,
    store: number,
    mapping: MappingDto | null,
    point: Point = { at: null, stream: null },
  ): Promise<void> {
    const age = ++this.age;
    this.now = { kind: 'opening', path };
    try {
      const source = await call('open', { path, store, mapping });
      if (age !== this.age) {
        call('close', { source: source.id }).catch(() => undefined);
        return;
      }
      session.start(source);
      this.now = { kind: 'window' };
      if (point.at === null && point.stream === null) return;
      // A point may lie in what is not read yet.
      await session.read();
      if (age === this.age) await this.goTo(point);
    } catch (error) {
      if (age === this.age) this.fail(path, error);
    }
  }

  /** Gives up what is being opened; what was open before is shown again. */
  cancelOpening(): void {
    if (this.now.kind !== 'opening') return;
    this.age++;
    call('cancel_opening', {}).catch(() => undefined);
    this.back();
  }

  private fail(path: string, error: unknown): void {
    session.end();
    this.now = { kind: 'error', path, error: toBackendError(error) };
  }

  /** Goes to a point as a user writes it, and to a stream by name. */
  async goTo({ at, stream }: Point): Promise<void> {
    try {
      if (stream !== null) {
        const [found] = (await call('streams', { source: session.id, query: stream, offset: 0, limit: 1 }))
          .streams;
        if (found?.name !== stream) {
          this.say(
            t(found === undefined ? 'stream.unknown' : 'stream.near', { stream, near: found?.name ?? '' }),
          );
          return;
        }
        selection.chooseStream(found.key, found.name);
      }
      if (at === null) return;
      const place = await call('resolve_point', {
        source: session.id,
        axis: preferences.now.axis,
        stream: selection.stream?.key ?? null,
        point: at,
      });
      playhead.move(place);
      view.reveal(BigInt(place.coord));
    } catch (error) {
      this.say(told(toBackendError(error)));
    }
  }

  /** Goes to an event, and shows what is known of it. */
  async goToEvent(ordinal: number): Promise<void> {
    try {
      const { row } = await call('event', { source: session.id, ordinal });
      selection.choose(row);
      playhead.moveToRow(row);
    } catch (error) {
      this.say(told(toBackendError(error)));
    }
  }

  async exportEvents(filter: number | null): Promise<number | null> {
    const path = await call('pick_save_file', { suggested: `${session.source?.name ?? 'events'}.ndjson` });
    if (path === null) return null;
    return call('export_events', { source: session.id, axis: preferences.now.axis, filter, path });
  }
}

export const screen = new Screen();
