/** The open source and what its index says so far. */
import { t } from '../i18n/index.svelte';
import type { AxisInfoDto, LaneDto, LaneByDto, LanesDto, OddityDto, SourceDto } from '../ipc/contract';
import { Latest } from '../model/latest';
import { call, on } from './backend';
import { filter } from './filter.svelte';
import { askMoved, move } from './growth';
import type { Moved } from './growth';
import { playhead } from './playhead.svelte';
import { compare } from './compare.svelte';
import { comparison } from './comparison.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { view } from './view.svelte';

const LANE_LIMIT = 200;
/** Milliseconds between two looks whether the file has changed. */
const GLANCE_EVERY = 2000;
/** So many lanes can be scrolled through unless the reader asks for others. */
export const LANES_AT_FIRST = 32;

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
  /** Lanes whose switch was used: key → shown. */
  private switched = $state.raw<ReadonlyMap<number, boolean>>(new Map());
  /** The lanes without a filter: a filter changes counts, not the order. */
  private known: readonly LaneDto[] = [];
  private orderOf: LaneByDto | null = null;
  shown: LaneDto[] = $derived(
    this.lanes.filter((lane, i) => this.switched.get(lane.key) ?? i < LANES_AT_FIRST),
  );
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
  private ends: (() => void)[] = [];
  private readers: (() => void)[] = [];

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
    },
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

  /** Shows a source that was just opened. */
  start(source: SourceDto): void {
    this.end();
    this.source = source;
    preferences.now.axis = preferences.now.axes[source.path] ?? 'time';
    this.needTime(source);
    void projection.start(source.id, source.path);
    const looks = setInterval(() => this.glance(), GLANCE_EVERY);
    this.ends = [
      on('index', (e) => (e.source === source.id ? this.update() : undefined)),
      () => clearInterval(looks),
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
    const { source } = this;
    if (source !== null) call('close', { source: source.id }).catch(() => undefined);
    this.source = null;
    this.oddities = null;
    this.lookedAt = null;
    this.look.reset();
    this.lanes = [];
    this.axisInfo = null;
    this.switched = new Map();
    this.noCategory = false;
    this.insists = false;
    this.known = [];
    this.refresh.reset();
    filter.forget();
    compare.forget();
    comparison.forget();
    projection.forget();
    playhead.forget();
    view.forget();
  }

  update(): void {
    this.refresh.request(null);
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
    if (facts.by !== this.laneBy) {
      this.switched = new Map();
      view.laneScroll = 0;
    }
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

  isShown(lane: LaneDto): boolean {
    return this.shown.includes(lane);
  }

  toggleLane(lane: LaneDto): void {
    this.switched = new Map(this.switched).set(lane.key, !this.isShown(lane));
  }

  showOnly(lane: LaneDto): void {
    const alone = this.shown.length === 1 && this.shown[0]?.key === lane.key;
    this.switched = new Map(alone ? [] : this.lanes.map((l) => [l.key, l.key === lane.key]));
  }
}

export const session = new Session();
