/** The open source and what its index says so far. */
import { t } from '../i18n/index.svelte';
import type { AxisInfoDto, LaneDto, LaneByDto, LanesDto, OddityDto, SourceDto } from '../ipc/contract';
import { Latest } from '../model/latest';
import { call, on } from './backend';
import { bookmarks } from './bookmarks.svelte';
import { changes } from './changes.svelte';
import { exports } from './exports.svelte';
import { filter } from './filter.svelte';
import { askMoved, move } from './growth';
import type { Moved } from './growth';
import { lanes, LANES_AT_FIRST } from './lanes.svelte';
import { masks } from './masks.svelte';
import { places } from './places.svelte';
import { playhead } from './playhead.svelte';
import { compare } from './compare.svelte';
import { comparison } from './comparison.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { validTimes } from './validTimes.svelte';
import { view } from './view.svelte';
import { watches } from './watches.svelte';
import { workspace } from './workspace.svelte';

const LANE_LIMIT = 200;
/** Milliseconds without a move after which the playhead rests, and between two looks at what came meanwhile. */
const [STILL, SELDOM] = [300, 1000];
/** Milliseconds between two looks whether the file has changed. */
const GLANCE_EVERY = 2000;

interface Facts {
  source: SourceDto;
  lanes: LaneDto[];
  laneTotal: number;
  axis: AxisInfoDto;
  by: LaneByDto;
  noCategory: boolean;
  filtered: boolean;
  moved: Moved | null;
}

/** No stream belongs to a category: one lane without a name. */
const noneNamed = ({ lanes, total }: { lanes: readonly LaneDto[]; total: number }): boolean =>
  total === 0 || (total === 1 && lanes[0]?.name === '');

class Session {
  source = $state.raw<SourceDto | null>(null);
  lanes = $state.raw<LaneDto[]>([]);
  laneTotal = $state(0);
  axisInfo = $state.raw<AxisInfoDto | null>(null);
  /** What the lanes now listed are: follows the preference when the answer is there. */
  laneBy = $state<LaneByDto>('category');
  /** There are no categories, so that the lanes are something else, unless the reader insists. */
  noCategory = $state(false);
  private insists = false;
  laneChoice: LaneByDto = $derived(this.noCategory ? this.laneBy : preferences.now.laneBy);
  /** The lanes without a filter: a filter changes counts, not the order. */
  private known: readonly LaneDto[] = [];
  private orderOf: LaneByDto | null = null;
  /** What is odd about the history; `null`: not looked at yet. */
  oddities = $state.raw<readonly OddityDto[] | null>(null);
  /** The snapshot that was looked at for it. */
  private lookedAt: number | null = null;
  private readonly look = new Latest<number, OddityDto[]>(
    (source) => call('oddities', { source }),
    (found, source) => {
      if (source === this.source?.id) this.oddities = found;
    },
  );
  private later: ReturnType<typeof setTimeout> | undefined;
  private ends: (() => void)[] = [];
  private readers: (() => void)[] = [];
  private waiting: (() => void)[] = [];

  private readonly refresh = new Latest<null, Facts | null>(
    async () => {
      const id = this.source?.id;
      if (id === undefined) return null;
      let by = preferences.now.laneBy;
      const filtered = filter.id !== null;
      const lanesBy = (of: LaneByDto): Promise<LanesDto> =>
        call('lanes', { source: id, by: of, limit: LANE_LIMIT, filter: filter.id });
      const { growing } = this;
      const [source, found, axis, moved] = await Promise.all([
        call('source_status', { source: id }),
        lanesBy(by),
        call('axis_info', { source: id, axis: preferences.now.axis, filter: filter.id }),
        growing ? askMoved(id) : null,
      ]);
      let lanes = found;
      // A filter may leave only events without a category; that says nothing about the others.
      const noCategory =
        by === 'category' && !this.insists && (filtered ? this.noCategory : noneNamed(lanes));
      if (noCategory) {
        by = source.index.types > 1 ? 'type' : 'stream';
        lanes = await lanesBy(by);
      }
      return { source, lanes: lanes.lanes, laneTotal: lanes.total, axis, by, noCategory, filtered, moved };
    },
    (facts) => {
      if (facts !== null) this.take(facts);
      this.letGo();
    },
    () => this.letGo(),
  );

  get id(): number {
    return this.source?.id ?? -1;
  }

  get reading(): boolean {
    return this.source?.index.state === 'reading';
  }

  /** It is a capture that is being written: events come, and others move. */
  get growing(): boolean {
    return this.source?.index.growing ?? false;
  }

  /** Comes when the source has been read, or reading has ended otherwise. */
  read(): Promise<void> {
    return new Promise((done) => this.readers.push(done));
  }

  /** Comes when what is asked now is answered, one way or the other. */
  settled(): Promise<void> {
    return new Promise((done) => {
      this.waiting.push(done);
      this.update();
    });
  }

  private letGo(): void {
    for (const done of this.waiting) done();
    this.waiting = [];
  }

  /** Shows a source that was just opened. */
  start(source: SourceDto): void {
    this.end();
    this.source = source;
    preferences.now.axis = preferences.now.axes[source.path] ?? 'time';
    this.needTime(source);
    void projection.start(source.id, source.path);
    const looks = setInterval(() => this.glance(), GLANCE_EVERY);
    this.ends = [
      on('index', (e) => (e.source === source.id ? this.came() : undefined)),
      () => clearInterval(looks),
      () => {
        clearTimeout(this.later);
        this.later = undefined;
      },
    ];
    this.update();
  }

  /** A store without times is seen in log order; that is no choice of the reader's. */
  private needTime(source: SourceDto): boolean {
    const { hasTime, state, growing, events } = source.index;
    // Of a capture that has just begun nothing is known yet.
    if (hasTime || state !== 'ready' || preferences.now.axis === 'log' || (growing && events === 0))
      return false;
    preferences.now.axis = 'log';
    return true;
  }

  end(): void {
    for (const end of this.ends) end();
    this.ends = [];
    this.readers = [];
    this.letGo();
    workspace.end();
    const { source } = this;
    if (source !== null) call('close', { source: source.id }).catch(() => undefined);
    this.source = null;
    this.oddities = null;
    this.lookedAt = null;
    this.look.reset();
    this.lanes = [];
    this.axisInfo = null;
    this.noCategory = false;
    this.insists = false;
    this.known = [];
    this.orderOf = null;
    this.refresh.reset();
    exports.asking = false;
    filter.forget();
    compare.forget();
    comparison.forget();
    projection.forget();
    playhead.forget();
    view.forget();
    bookmarks.forget();
    lanes.forget();
    watches.forget();
    validTimes.on = false;
    masks.forget();
    places.forget();
    changes.forget();
  }

  update(): void {
    this.refresh.request(null);
  }

  /** The index grew. While the playhead is moved, what comes to a capture is taken in once a second: what one looks for goes before it. */
  private came(): void {
    if (!this.growing || performance.now() - playhead.movedAt > STILL) this.update();
    else if (this.later === undefined)
      this.later = setTimeout(() => {
        this.later = undefined;
        this.update();
      }, SELDOM);
  }

  /** Whether all of it has been read and is as it was then. */
  get isCurrent(): boolean {
    return this.source?.index.state === 'ready' && !this.source.index.stale;
  }

  /** Reads no further; what was read can be used. */
  async stopReading(): Promise<void> {
    const { source } = this;
    if (source?.index.state !== 'reading') return;
    await call('cancel_index', { source: source.id });
    this.update();
  }

  /** Reads the source anew: one that was stopped, or that has changed since. */
  async readAgain(): Promise<void> {
    const { source } = this;
    if (source === null || source.index.state === 'reading' || this.isCurrent) return;
    await call('reindex', { source: source.id });
    this.update();
  }

  /** Looks whether the file has changed since it was read: nobody tells so. */
  glance(): void {
    const { source } = this;
    if (source === null || source.index.state !== 'ready' || source.index.stale || document.hidden) return;
    call('source_status', { source: source.id })
      .then(({ index }) => (this.source?.id === source.id && index.stale ? this.update() : undefined))
      .catch(() => undefined);
  }

  private take(facts: Facts): void {
    // What was scrolled to when the source was last open is scrolled to again.
    if (facts.by !== this.laneBy && this.orderOf !== null) view.laneScroll = 0;
    this.laneBy = facts.by;
    this.noCategory = facts.noCategory;
    this.source = facts.source;
    this.sort(facts);
    // An answer without news must not wake what depends on it.
    if (JSON.stringify(facts.lanes) !== JSON.stringify(this.lanes)) this.lanes = facts.lanes;
    this.laneTotal = facts.laneTotal;
    this.axisInfo = facts.axis;
    if (facts.moved !== null) move(facts.moved);
    if (this.needTime(facts.source)) this.update();
    view.setAxis(facts.axis, preferences.now.axis);
    playhead.grown();
    if (this.reading) return;
    // Of a capture that grows nothing is the last word.
    if (!this.growing && this.lookedAt !== facts.source.index.generation) {
      this.lookedAt = facts.source.index.generation;
      this.look.request(facts.source.id);
    }
    view.settle();
    compare.grown();
    for (const done of this.readers) done();
    this.readers = [];
  }

  /** Under a filter lanes stay where they were; when there are few, those without a match stay too. */
  private sort(facts: Facts): void {
    const { by, filtered } = facts;
    if (by !== this.orderOf) this.known = [];
    this.orderOf = by;
    if (!filtered || this.known.length === 0) {
      this.known = facts.lanes;
      return;
    }
    const order = new Map(this.known.map((lane, i) => [lane.key, i]));
    facts.lanes.sort((a, b) => (order.get(a.key) ?? Infinity) - (order.get(b.key) ?? Infinity));
    if (this.known.length > LANES_AT_FIRST) return;
    const matched = new Map(facts.lanes.map((lane) => [lane.key, lane]));
    const others = facts.lanes.filter((lane) => !order.has(lane.key));
    facts.lanes = [...this.known.map((lane) => matched.get(lane.key) ?? { ...lane, events: 0 }), ...others];
    facts.laneTotal = Math.max(facts.laneTotal, facts.lanes.length);
  }

  chooseLanes(by: LaneByDto): void {
    this.insists = by === 'category';
    preferences.now.laneBy = by;
    this.update();
  }

  nameOf(lane: LaneDto): string {
    if (lane.name !== '') return lane.name;
    return t(this.laneBy === 'category' ? 'lane.noCategory' : 'lane.unnamed');
  }
}

export const session = new Session();
