/** The open source and what its index says so far. */
import type { AxisInfoDto, LaneDto, LaneByDto, SourceDto } from '../ipc/contract';
import { Latest } from '../model/latest';
import { call, on } from './backend';
import { filter } from './filter.svelte';
import { playhead } from './playhead.svelte';
import { comparison } from './comparison.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { view } from './view.svelte';

const LANE_LIMIT = 200;
/** So many lanes can be scrolled through unless the reader asks for others. */
export const LANES_AT_FIRST = 32;

interface Facts {
  source: SourceDto;
  lanes: LaneDto[];
  laneTotal: number;
  axis: AxisInfoDto;
  by: LaneByDto;
  filtered: boolean;
}

class Session {
  source = $state.raw<SourceDto | null>(null);
  lanes = $state.raw<LaneDto[]>([]);
  laneTotal = $state(0);
  axisInfo = $state.raw<AxisInfoDto | null>(null);
  /** What the lanes now listed are: follows the preference when the answer is there. */
  laneBy = $state<LaneByDto>('category');
  /** Lanes whose switch was used: key → shown. */
  private switched = $state.raw<ReadonlyMap<number, boolean>>(new Map());
  /** The place of each lane in the colours, kept while the source is open. */
  private colours = new Map<string, number>();
  /** The lanes without a filter: a filter changes counts, not the order. */
  private known: readonly LaneDto[] = [];
  private orderOf: LaneByDto | null = null;
  shown: LaneDto[] = $derived(
    this.lanes.filter((lane, i) => this.switched.get(lane.key) ?? i < LANES_AT_FIRST),
  );
  private ends: (() => void)[] = [];
  private readers: (() => void)[] = [];

  private readonly refresh = new Latest<null, Facts | null>(
    async () => {
      const id = this.source?.id;
      if (id === undefined) return null;
      const by = preferences.now.laneBy;
      const filtered = filter.id !== null;
      const [source, lanes, axis] = await Promise.all([
        call('source_status', { source: id }),
        call('lanes', { source: id, by, limit: LANE_LIMIT, filter: filter.id }),
        call('axis_info', { source: id, axis: preferences.now.axis, filter: filter.id }),
      ]);
      return { source, lanes: lanes.lanes, laneTotal: lanes.total, axis, by, filtered };
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

  /** Comes when the source has been read, or reading has ended otherwise. */
  read(): Promise<void> {
    return new Promise((done) => this.readers.push(done));
  }

  /** Shows a source that was just opened. */
  start(source: SourceDto): void {
    this.end();
    this.source = source;
    if (!source.index.hasTime && source.index.state === 'ready') preferences.now.axis = 'log';
    void projection.start(source.id, source.path);
    this.ends = [on('index', (e) => (e.source === source.id ? this.update() : undefined))];
    this.update();
  }

  end(): void {
    for (const end of this.ends) end();
    this.ends = [];
    this.readers = [];
    const { source } = this;
    if (source !== null) call('close', { source: source.id }).catch(() => undefined);
    this.source = null;
    this.lanes = [];
    this.axisInfo = null;
    this.switched = new Map();
    this.colours.clear();
    this.known = [];
    this.refresh.reset();
    filter.forget();
    comparison.forget();
    projection.forget();
    playhead.forget();
    view.forget();
  }

  update(): void {
    this.refresh.request(null);
  }

  private take(facts: Facts): void {
    if (facts.by !== this.laneBy) {
      this.switched = new Map();
      view.laneScroll = 0;
    }
    this.laneBy = facts.by;
    for (const lane of facts.lanes) this.colour(facts.by, lane.key);
    this.source = facts.source;
    this.sort(facts);
    // An answer without news must not wake what depends on it.
    if (JSON.stringify(facts.lanes) !== JSON.stringify(this.lanes)) this.lanes = facts.lanes;
    this.laneTotal = facts.laneTotal;
    this.axisInfo = facts.axis;
    if (
      !facts.source.index.hasTime &&
      facts.source.index.state === 'ready' &&
      preferences.now.axis === 'time'
    ) {
      preferences.now.axis = 'log';
      this.update();
    }
    view.setAxis(facts.axis, preferences.now.axis);
    playhead.grown();
    if (this.reading) return;
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

  /** The number of a lane's colour. */
  colour(by: LaneByDto, key: number): number {
    const name = `${by}:${key}`;
    const known = this.colours.get(name);
    if (known !== undefined) return known;
    const prefix = `${by}:`;
    let order = 0;
    for (const other of this.colours.keys()) if (other.startsWith(prefix)) order++;
    this.colours.set(name, order);
    return order;
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
