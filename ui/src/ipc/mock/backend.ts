/** A backend in memory: a shop's day, for development in a browser and for tests. Never part of the built window. */
import type { ComparisonDto, OpenAtStart, RowDto, SourceDto, StoreDto } from '../contract';
import { BackendError } from '../backend';
import type { Answer, Args, Backend, BackendEvents, CommandName } from '../backend';
import { formatJson } from '../../model/json';
import { rfc3339 } from '../../model/time';
import { likeness, MockComparison } from './compare';
import { MockRules, statedRules } from './rules';
import { guess, inspect, store } from './files';
import { compile } from './filter';
import { changes, EMPTY } from './fold';
import { MockHistory } from './history';

type Handlers = { [E in keyof BackendEvents]: Set<(payload: BackendEvents[E]) => void> };
type Table = { [K in CommandName]?: (args: Args<K>) => Answer<K> };

/** The most events it copies at once. */
export const MOST_COPIED = 1000;

export interface MockOptions {
  events?: number;
  /** Milliseconds an answer takes. */
  delay?: number;
  /** Share of the index that is there at the start; the rest comes in steps. */
  slowIndex?: boolean;
}

export class MockBackend implements Backend {
  /** Names of the commands called, in order. */
  readonly calls: CommandName[] = [];
  /** Fields that are hidden. */
  masks: string[] = [];
  private unmasked = false;
  /** What was copied last. */
  clipboard = '';
  /** Whether the file was written to since it was read. */
  stale = false;
  private readonly own: MockHistory;
  private readonly handlers: Handlers = {
    index: new Set(),
    filter: new Set(),
    capture: new Set(),
    comparison: new Set(),
    open: new Set(),
    closing: new Set(),
    drag: new Set(),
  };
  /** What was seen of each source, by path and store. */
  readonly seen = new Map<string, string>();
  private readonly delay: number;
  private nextFilter = 1;
  private nextComparison = 1;
  private readonly comparisons = new Map<number, MockComparison>();
  /** Whether a comparison goes on until it is cancelled. */
  endless = false;
  private cancelled = false;

  constructor(options: MockOptions = {}) {
    this.own = new MockHistory(options.events ?? 20_000);
    this.delay = options.delay ?? 0;
    const slow = options.slowIndex ?? (typeof location !== 'undefined' && location.hash.includes('slow'));
    if (slow) this.own.indexed = Math.floor(this.own.all.length / 20);
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
    this.calls.push(name);
    if (this.delay > 0) await new Promise((done) => setTimeout(done, this.delay));
    const command = this.table[name] as ((args: Args<K>) => Answer<K>) | undefined;
    if (command === undefined)
      throw new BackendError({ code: 'internal', message: `${name} is not in the backend in memory` });
    return command(args);
  }

  on<E extends keyof BackendEvents>(event: E, handler: (payload: BackendEvents[E]) => void): () => void {
    this.handlers[event].add(handler);
    return () => this.handlers[event].delete(handler);
  }

  emit<E extends keyof BackendEvents>(event: E, payload: BackendEvents[E]): void {
    for (const handler of this.handlers[event]) handler(payload);
  }

  private readonly table: Table = {
    app_info: () => ({
      version: '0.1.0',
      locale: 'en-GB',
      open: this.openAtStart(),
      preferences: this.saved(),
    }),
    save_preferences: ({ json }) => {
      try {
        sessionStorage.setItem('preferences', json);
      } catch {
        // Without storage nothing is kept: fine in development.
      }
      return null;
    },
    workspace: ({ path, store: index }) => this.seen.get(`${path} ${index}`) ?? null,
    save_workspace: ({ path, store: index, json }) => {
      this.seen.set(`${path} ${index}`, json);
      return null;
    },
    pick_file: () => '/home/ada/data/journal.db',
    pick_save_file: ({ suggested }) => `/tmp/${suggested}`,
    recent: () => [
      { path: '/home/ada/data/shop.db', name: 'shop.db', exists: true, opened: '2026-11-20T18:02:11Z' },
      {
        path: '/home/ada/incident/orders-2026-11-19.ndjson',
        name: 'orders-2026-11-19.ndjson',
        exists: true,
        opened: '2026-11-19T09:41:00Z',
      },
      { path: '/mnt/usb/old.db', name: 'old.db', exists: false, opened: '2026-10-02T12:00:00Z' },
    ],
    clear_recent: () => null,
    demos: () => [
      {
        name: 'shop',
        title: 'A day in a shop',
        description:
          'Orders, payments, stock and reviews of one day, with a lost event, a doubled one, a late one, and two writes that oversell.',
      },
    ],
    prepare_demo: ({ name }) =>
      name.endsWith('-mirror')
        ? `/home/ada/.cache/leftfold/demo-${name}.ndjson`
        : '/home/ada/.cache/leftfold/demo-shop.db',
    inspect: ({ path }) => inspect(path),
    opening: () => null,
    cancel_opening: () => null,
    masks: () => this.masks.map((name) => ({ name, file: '/home/ada/data/leftfold.toml' })),
    oddities: () => [],
    preview_mapping: ({ mapping }) => ({
      rows: this.own.all.slice(0, 12).map((e) => this.own.row(e)),
      problems: mapping.fields.every((f) => !['stream', 'type'].includes(f.field) || f.expression === '')
        ? ['Neither a stream nor a type is named.']
        : [],
    }),
    save_mapping: ({ path }) => path.replace(/[^/]*$/, 'leftfold.toml'),
    open: ({ path, mapping, unmasked }) => {
      this.unmasked = unmasked;
      this.grow();
      return this.source(path, mapping === null ? store : guess);
    },
    close: () => null,
    source_status: () => this.source(this.openPath, this.openStore),
    cancel_index: () => {
      this.cancelled = true;
      return null;
    },
    reindex: () => {
      this.cancelled = false;
      this.grow();
      return null;
    },
    lanes: ({ by, limit, filter }) => this.own.lanes(by, limit, filter),
    axis_info: ({ axis, filter }) => this.own.axisInfo(axis, filter),
    density: (args) => this.own.density(args),
    marks: (args) => this.own.marks(args),
    rows: ({ axis, filter, offset, limit, fields }) => {
      const list = this.own.list(axis, filter);
      return {
        generation: this.own.generation,
        total: list.length,
        offset,
        rows: list.slice(offset, offset + limit).map((e) => this.own.row(e)),
        fields:
          fields.length === 0
            ? []
            : list.slice(offset, offset + limit).map((e) => this.fields(e.ordinal, fields)),
      };
    },
    rank: ({ filter, place }) =>
      this.own.list(place.axis, filter).filter((e) => this.own.includes(place, e)).length,
    reached: ({ filter, place, known }) => {
      const within = this.own.list(place.axis, filter).filter((e) => this.own.includes(place, e));
      const last = within.length === known ? undefined : within.at(-1);
      return { rank: within.length, row: last === undefined ? null : this.own.row(last) };
    },
    event: ({ ordinal }) => this.own.event(ordinal),
    cause: ({ ordinal }) => {
      const found = this.own.causeOf(ordinal);
      return found === null ? null : this.own.row(this.own.at(found));
    },
    causes: ({ ordinal }) => {
      const chain: RowDto[] = [];
      for (let at = this.own.causeOf(ordinal); at !== null; at = this.own.causeOf(at))
        chain.push(this.own.row(this.own.at(at)));
      return { chain, end: 'root' };
    },
    effects: ({ ordinal }) => {
      const found: { row: RowDto; parent: number; again: boolean }[] = [];
      const waiting = [ordinal];
      for (let parent = waiting.shift(); parent !== undefined; parent = waiting.shift())
        for (const e of this.own.all)
          if (this.own.causeOf(e.ordinal) === parent) {
            found.push({ row: this.own.row(e), parent, again: false });
            waiting.push(e.ordinal);
          }
      return { effects: found, more: false };
    },
    cancel_search: () => null,
    place_of: ({ axis, ordinal }) => this.own.placeOf(axis, ordinal),
    resolve_point: ({ axis, point, stream }) => {
      const version = /^v(\d+)$/.exec(point);
      const own = this.own.all.find(
        (e) =>
          stream !== null && e.stream === this.own.keys.stream[stream] && e.version === Number(version?.[1]),
      );
      if (own !== undefined)
        return this.own.placeOf(axis, own.ordinal) ?? { axis, coord: '0', ordinal: null };
      if (point === 'end') return { axis, coord: this.own.axisInfo(axis, null).to, ordinal: null };
      const found = /^#(\d+)$/.exec(point);
      const place = found === null ? null : this.own.placeOf(axis, Number(found[1]));
      if (place === null)
        throw new BackendError({ code: 'no-such-point', message: `there is no point ${point}` });
      return place;
    },
    step: ({ place, direction, by, lane, filter }) => {
      const list = this.own
        .list(place.axis, filter)
        .filter((e) => lane === null || this.own.keyOf[by].get(e[by]) === lane);
      const rank = list.filter((e) => this.own.includes(place, e)).length;
      const here = list[rank - 1]?.ordinal === place.ordinal;
      const e = direction === 'next' ? list[rank] : list[rank - (here ? 2 : 1)];
      return e === undefined ? null : this.own.row(e);
    },
    state: ({ stream, place, projection, before }) => this.own.state(stream, place, projection, before),
    diff: ({ stream, from, to, projection }) => {
      const [a, b] = [from, to].map((p) => this.own.stepsTo(stream, p, projection).at(-1)?.after ?? EMPTY);
      const before = a ?? EMPTY;
      const after = b ?? EMPTY;
      return {
        stream: this.own.keys.stream[stream] ?? '',
        patch: '[]',
        changes: changes(before, after),
        fromState: formatJson(before),
        toState: formatJson(after),
      };
    },
    history: ({ stream, path, limit, projection }) =>
      this.own.history(stream, path, projection).slice(-limit),
    watch: ({ stream, path, axis, projection }) => this.own.watch(stream, path, axis, projection),
    valid_times: ({ ordinals }) => ordinals.map((ordinal) => this.own.validTime(ordinal)),
    next_change: ({ stream, path, place, direction, projection }) => {
      const entries = this.own.history(stream, path, projection).map((h) => h.row);
      const at = (row: RowDto): boolean => this.own.includes(place, this.own.at(row.ordinal));
      const included = entries.filter(at);
      if (direction === 'next') return entries.find((row) => !at(row)) ?? null;
      return included[included.length - (included.at(-1)?.ordinal === place.ordinal ? 2 : 1)] ?? null;
    },
    streams: ({ query, offset, limit }) => {
      const q = query.toLowerCase();
      const rank = (name: string): number => (name === q ? 0 : name.startsWith(q) ? 1 : 2);
      const found = this.own
        .lanes('stream', Infinity, null)
        .lanes.filter((l) => l.name.toLowerCase().includes(q));
      found.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
      return {
        total: found.length,
        streams: found
          .slice(offset, offset + limit)
          .map((l) => ({ ...l, category: l.name.replace(/-.*/, '') })),
      };
    },
    check_filter: ({ text }) => {
      const compiled = compile(text);
      return { error: 'error' in compiled ? compiled.error : null };
    },
    apply_filter: ({ text }) => {
      const compiled = compile(text);
      if ('error' in compiled)
        throw new BackendError({ code: 'filter-syntax', message: compiled.error.message });
      const id = this.nextFilter++;
      this.own.filters.set(id, { text, matched: this.own.all.filter(compiled.test) });
      return this.own.filterStatus(id);
    },
    filter_status: ({ filter }) => this.own.filterStatus(filter),
    filter_hints: ({ filter }) => this.own.hints(filter),
    drop_filter: ({ filter }) => {
      this.own.filters.delete(filter);
      return null;
    },
    relocate: ({ positions }) => positions.map((position) => this.own.ordinalOf(position)),
    kafka_profiles: () => [],
    remembered_connections: () => [],
    captures: () => [],
    projections: () => [
      { name: 'merge', description: 'RFC 7396 merge', builtIn: true },
      { name: 'latest', description: 'the last payload', builtIn: true },
      { name: 'json-patch', description: 'RFC 6902 patches', builtIn: true },
      { name: 'debezium', description: 'change records', builtIn: true },
      { name: 'stock', description: 'declared in leftfold.toml', builtIn: false },
    ],
    compare_start: (args) => {
      if (args.right.endsWith('/none.db'))
        throw new BackendError({ code: 'source-unopenable', message: `${args.right} cannot be opened` });
      return this.begin(new MockComparison(this.nextComparison++, this.own, args));
    },
    saved_comparisons: () => [],
    rules: () => statedRules,
    beside: (args) => this.comparison(args.comparison).beside(args),
    states_beside: (args) => this.comparison(args.comparison).statesBeside(args),
    check_start: (args) => this.begin(new MockRules(this.nextComparison++, this.own, args)),
    compare_status: ({ comparison }) => this.comparison(comparison).dto(),
    compare_cancel: ({ comparison }) => {
      const found = this.comparison(comparison);
      if (found.state === 'running') found.state = 'cancelled';
      return null;
    },
    compare_close: ({ comparison }) => {
      this.comparisons.delete(comparison);
      return null;
    },
    findings: ({ comparison, list, offset, limit }) => {
      const all = this.comparison(comparison).list(list);
      return { total: all.length, offset, findings: all.slice(offset, offset + limit) };
    },
    finding: ({ comparison, number, knownAt }) => this.comparison(comparison).evidence(number, knownAt),
    finding_near: (args) => this.comparison(args.comparison).near(args),
    finding_place: ({ comparison, list, number }) => {
      const place = this.comparison(comparison)
        .list(list)
        .findIndex((f) => f.number === number);
      return place < 0 ? null : place;
    },
    finding_tiles: (args) => this.comparison(args.comparison).tiles(args),
    comparison_known: ({ comparison, knownAt }) => this.comparison(comparison).known(knownAt),
    side_density: (args) => this.comparison(args.comparison).density(args),
    finding_heat: (args) => this.comparison(args.comparison).heat(args),
    convergence: (args) => this.comparison(args.comparison).convergence(args),
    finding_states: (args) => this.comparison(args.comparison).states(args),
    cancel_states: () => null,
    likeness: ({ path }) => likeness(path),
    export_view: ({ what, filter }) => ({ written: this.own.list(what.axis, filter).length, whole: false }),
    export_progress: () => null,
    cancel_export: () => null,
    copy_events: ({ axis, filter, ranges, form }) => {
      const list = this.own.list(axis, filter);
      const asked = ranges.flatMap(({ from, to }) => list.slice(from, to));
      const events = asked.slice(0, MOST_COPIED);
      const lines = events.map((e) => this.own.event(e.ordinal).json);
      this.clipboard = form === 'json' ? lines.join('\n') : `csv of ${events.length}`;
      return { events: events.length, asked: asked.length };
    },
    copy_text: ({ text }) => {
      this.clipboard = text;
      return null;
    },
    make_link: ({ open }) =>
      `leftfold://open?${Object.entries({ ...open, path: undefined, source: open.path })
        .filter(([, value]) => value != null)
        .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
        .join('&')}`,
    new_window: () => null,
    leave: () => null,
  };

  private fields(ordinal: number, fields: readonly string[]): (string | null)[] {
    const event = this.own.event(ordinal);
    const envelope = JSON.parse(event.json) as Record<string, unknown>;
    return fields.map((field) => {
      let at: unknown = envelope;
      for (const name of field.split('.')) at = (at as Record<string, unknown> | null | undefined)?.[name];
      return at === undefined ? null : typeof at === 'string' ? at : JSON.stringify(at);
    });
  }

  private begin(comparison: MockComparison): ComparisonDto {
    this.comparisons.set(comparison.id, comparison);
    setTimeout(() => {
      if (comparison.state === 'running' && !this.endless) comparison.state = 'done';
      this.emit('comparison', { comparison: comparison.id });
    }, 20);
    return comparison.dto();
  }

  private comparison(id: number): MockComparison {
    const found = this.comparisons.get(id);
    if (found === undefined)
      throw new BackendError({ code: 'comparison-gone', message: `there is no comparison ${id}` });
    return found;
  }

  private openPath = '';
  private openStore = store;

  /** In development `#open=NAME` opens one of the made-up files. */
  private openAtStart(): OpenAtStart | null {
    const name = typeof location === 'undefined' ? undefined : /open=([\w.]+)/.exec(location.hash)?.[1];
    if (name === undefined) return null;
    const path = `/home/ada/data/${name}`;
    return { path, table: null, at: null, stream: null, axis: null, filter: null, projection: null };
  }

  private saved(): string | null {
    try {
      return sessionStorage.getItem('preferences');
    } catch {
      return null;
    }
  }

  private grow(): void {
    if (this.own.indexed >= this.own.all.length || this.cancelled) return;
    setTimeout(() => {
      if (this.cancelled) return;
      this.own.indexed = Math.min(
        this.own.all.length,
        this.own.indexed + Math.ceil(this.own.all.length / 20),
      );
      this.own.generation++;
      this.emit('index', { source: 1, generation: this.own.generation });
      this.grow();
    }, 400);
  }

  private source(path: string, of: StoreDto): SourceDto {
    this.openPath = path;
    this.openStore = of;
    const complete = this.own.indexed >= this.own.all.length;
    return {
      id: 1,
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      store: of,
      masks: this.unmasked ? [] : this.masks,
      index: {
        generation: this.own.generation,
        events: this.own.indexed,
        total: this.own.all.length,
        streams: this.own.keys.stream.length,
        types: this.own.keys.type.length,
        categories: this.own.keys.category.length,
        bytes: String(this.own.indexed * 36),
        state: complete ? 'ready' : this.cancelled ? 'cancelled' : 'reading',
        error: null,
        problems: 1,
        unreadable: [],
        hasTime: true,
        withoutTime: 0,
        timeDisorder: true,
        firstTime: rfc3339(this.own.byTime[0]?.nanos ?? 0n),
        lastTime: rfc3339(this.own.byTime.at(-1)?.nanos ?? 0n),
        stale: this.stale,
        growing: false,
      },
    };
  }
}
