/** Which screen is shown, and the way from a path to an open source. */
import type { DemoDto, InspectDto, MappingDto, OpenAtStart, RecentDto } from '../ipc/contract';
import type { BackendError } from '../ipc/backend';
import { t } from '../i18n/index.svelte';
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import { capOf } from '../keys/table';
import { call, on } from './backend';
import { compare } from './compare.svelte';
import { filter } from './filter.svelte';
import { masks } from './masks.svelte';
import { places } from './places.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';
import { workspace } from './workspace.svelte';

export type Now =
  | { kind: 'welcome' }
  | { kind: 'opening'; path: string }
  | { kind: 'choose'; inspect: InspectDto }
  | { kind: 'mapping'; inspect: InspectDto; store: number | null }
  | { kind: 'error'; path: string; error: BackendError }
  | { kind: 'kafka' }
  | { kind: 'window' };

/** Where to stand in what is opened, as a link says it. */
type Point = Omit<OpenAtStart, 'path'>;

const ANYWHERE: Point = { table: null, at: null, stream: null, axis: null, filter: null, projection: null };

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
    on('open', ({ path, ...point }) => void this.openPath(path, { ...ANYWHERE, ...point }));
    on('closing', () => void this.leave());
    on('drag', ({ over }) => (this.dragging = over));
    void this.listWelcome();
    if (info.open !== null) await this.openPath(info.open.path, info.open);
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

  async openPath(path: string, point: Point = ANYWHERE): Promise<void> {
    const age = ++this.age;
    this.now = { kind: 'opening', path };
    try {
      const real = path.startsWith('demo:') ? await call('prepare_demo', { name: path.slice(5) }) : path;
      const inspect = await call('inspect', { path: real });
      if (age !== this.age) return;
      const { table } = point;
      const named = inspect.stores.find((s) => s.tables[0] === table);
      if (table !== null && named === undefined) this.say(t('link.table', { table }));
      const [first] = named === undefined ? inspect.stores : [named];
      if (first === undefined) this.now = { kind: 'mapping', inspect, store: null };
      else if (named === undefined && inspect.stores.length > 1) this.now = { kind: 'choose', inspect };
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
    point: Point = ANYWHERE,
    unmasked = false,
  ): Promise<void> {
    const age = ++this.age;
    this.now = { kind: 'opening', path };
    try {
      const source = await call('open', { path, store, mapping, unmasked });
      if (age !== this.age) {
        call('close', { source: source.id }).catch(() => undefined);
        return;
      }
      // What was seen of it stands there from the first picture on.
      const kept = await workspace.load(source);
      if (age !== this.age) {
        call('close', { source: source.id }).catch(() => undefined);
        return;
      }
      session.start(source);
      masks.begin({ path, store, mapping }, unmasked);
      const restored = workspace.begin(source, kept);
      this.now = { kind: 'window' };
      if (Object.values(point).every((said) => said === null)) return;
      // A point may lie in what is not read yet.
      await session.read();
      await restored;
      if (age === this.age) await this.standAt(point);
    } catch (error) {
      if (age === this.age) this.fail(path, error);
    }
  }

  /** Opens what is open anew, with what is masked shown or hidden; all else stays as it is seen. */
  async reopen(unmasked: boolean): Promise<void> {
    const { opened } = masks;
    if (opened === null) return;
    await workspace.keep();
    await this.openStore(opened.path, opened.store, opened.mapping, ANYWHERE, unmasked);
  }

  /** The window closes: what was changed last is kept first. */
  private async leave(): Promise<void> {
    await Promise.allSettled([preferences.keep(), workspace.keep()]);
    await call('leave', {}).catch(() => undefined);
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

  /** Shows what is open as a link says it. */
  private async standAt(point: Point): Promise<void> {
    const { axis, filter: only, projection: through } = point;
    const { age } = this;
    const problems: string[] = [];
    if (axis !== null && (axis === 'log' || session.source?.index.hasTime === true))
      await playhead.switchAxis(axis);
    if (through !== null) {
      const all = await call('projections', { source: session.id });
      if (all.some((p) => p.name === through)) projection.choose(through);
      else problems.push(t('link.projection', { name: through }));
    }
    if (age !== this.age) return;
    // A moment may lie in what the filter kept from last time hides.
    const hidden = only === null && (point.at !== null || point.stream !== null) && filter.meant !== '';
    if (hidden) problems.push(t('link.filterOff', { key: capOf('undo') }));
    if (only !== null || hidden) await filter.apply(only ?? '');
    if (age !== this.age) return;
    problems.push(...(await this.reach(point)));
    if (age === this.age && problems.length > 0) this.say(problems.join(' '));
  }

  /** Goes to a point as a user writes it, and to a stream by name. */
  async goTo(point: Pick<Point, 'at' | 'stream'>): Promise<void> {
    const problems = await this.reach(point);
    if (problems.length > 0) this.say(problems.join(' '));
  }

  /** The same; answers what of it is not there. */
  private async reach({ at, stream }: Pick<Point, 'at' | 'stream'>): Promise<string[]> {
    const problems: string[] = [];
    try {
      const problem = stream === null ? null : await this.chooseStream(stream);
      if (problem !== null) problems.push(problem);
      // A moment of the log is one without the stream, too; a version is not.
      if (at === null || (problem !== null && /^v\d/i.test(at.trim()))) {
        if (problem === null) places.arrive();
        return problems;
      }
      const place = await call('resolve_point', {
        source: session.id,
        axis: preferences.now.axis,
        stream: problem === null ? (selection.stream?.key ?? null) : null,
        point: at,
      });
      places.leave();
      playhead.move(place);
      view.reveal(BigInt(place.coord));
      places.arrive();
    } catch (error) {
      problems.push(told(toBackendError(error)));
    }
    return problems;
  }

  /** Inspects the stream of a name; what is to be said where there is none. */
  private async chooseStream(name: string): Promise<string | null> {
    const { streams } = await call('streams', { source: session.id, query: name, offset: 0, limit: 1 });
    const [found] = streams;
    if (found === undefined) return t('stream.unknown', { stream: name });
    if (found.name !== name) return t('stream.near', { stream: name, near: found.name });
    selection.chooseStream(found.key, found.name);
    return null;
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
}

export const screen = new Screen();
