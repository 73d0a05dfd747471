/** A backend in memory: a shop's day, for development in a browser and for tests. Never part of the built window. */
import type {
  AxisDto, AxisInfoDto, EventDto, FilterDto, HistoryEntryDto, InspectDto, LaneByDto, LanesDto, PlaceDto, RowDto, SourceDto, StateDto, StoreDto,
} from '../contract';
import { BackendError } from '../backend';
import type { Answer, Args, Backend, BackendEvents, CommandName } from '../backend';
import { formatJson } from '../../model/json';
import { rfc3339 } from '../../model/time';
import { blame, changes, EMPTY, steps } from './fold';
import type { Step } from './fold';
import { compile } from './filter';
import { shop } from './shop';
import type { MockEvent } from './shop';

type Handlers = { [E in keyof BackendEvents]: Set<(payload: BackendEvents[E]) => void> };
type Table = { [K in CommandName]?: (args: Args<K>) => Answer<K> };

const FIELDS = ['stream', 'category', 'version', 'position', 'id', 'type', 'time', 'valid_time', 'payload', 'metadata', 'correlation_id', 'causation_id'];

const store: StoreDto = {
  index: 0,
  dialect: 'emmett',
  title: 'Emmett (SQLite)',
  certainty: 'certain',
  reasons: ['the table emt_messages has all columns of the layout'],
  tables: ['emt_messages', 'emt_streams'],
  notes: [],
  mapping: { table: 'emt_messages', fields: [], toml: '' },
};

const guess: StoreDto = {
  ...store,
  dialect: 'guess',
  title: 'A guess: table journal',
  certainty: 'guess',
  reasons: ['entity looks like a stream: 812 values, each repeated', 'happened holds ISO 8601 times', 'body holds JSON'],
  tables: ['journal'],
  notes: ['No column states the zone of the time: UTC is assumed.'],
  mapping: {
    table: 'journal',
    fields: FIELDS.map((field) => ({
      field,
      expression: { stream: 'entity', type: 'what', time: 'happened', payload: 'body', position: 'id' }[field] ?? '',
      format: 'auto',
    })),
    toml: '[mapping.journal]\ntable = "journal"\nstream = "entity"\n',
  },
};

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
  private readonly all: MockEvent[];
  private readonly handlers: Handlers = { index: new Set(), filter: new Set(), open: new Set(), drag: new Set() };
  private readonly filters = new Map<number, { text: string; matched: MockEvent[] }>();
  private readonly keys: Record<LaneByDto, string[]> = { category: [], type: [], stream: [] };
  private readonly keyOf: Record<LaneByDto, Map<string, number>> = { category: new Map(), type: new Map(), stream: new Map() };
  private readonly byTime: MockEvent[];
  private readonly delay: number;
  private indexed: number;
  private generation = 1;
  private nextFilter = 1;
  private cancelled = false;

  constructor(options: MockOptions = {}) {
    this.all = shop(options.events ?? 20_000);
    this.delay = options.delay ?? 0;
    const slow = options.slowIndex ?? (typeof location !== 'undefined' && location.hash.includes('slow'));
    this.indexed = slow ? Math.floor(this.all.length / 20) : this.all.length;
    for (const e of this.all) for (const by of ['category', 'type', 'stream'] as const) this.learn(by, e[by]);
    this.byTime = [...this.all].sort((a, b) => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : a.ordinal - b.ordinal));
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
    this.calls.push(name);
    if (this.delay > 0) await new Promise((done) => setTimeout(done, this.delay));
    const command = this.table[name] as ((args: Args<K>) => Answer<K>) | undefined;
    if (command === undefined) throw new BackendError({ code: 'internal', message: `${name} is not in the backend in memory` });
    return command(args);
  }

  on<E extends keyof BackendEvents>(event: E, handler: (payload: BackendEvents[E]) => void): () => void {
    this.handlers[event].add(handler);
    return () => this.handlers[event].delete(handler);
  }

  emit<E extends keyof BackendEvents>(event: E, payload: BackendEvents[E]): void {
    for (const handler of this.handlers[event]) handler(payload);
  }

  private learn(by: LaneByDto, name: string): void {
    if (this.keyOf[by].has(name)) return;
    this.keyOf[by].set(name, this.keys[by].length);
    this.keys[by].push(name);
  }

  private readonly table: Table = {
    app_info: () => ({ version: '0.1.0', locale: 'en-GB', open: null, preferences: this.saved() }),
    save_preferences: ({ json }) => {
      try {
        sessionStorage.setItem('preferences', json);
      } catch {
        // Without storage nothing is kept: fine in development.
      }
      return null;
    },
    pick_file: () => '/home/ada/data/journal.db',
    pick_save_file: ({ suggested }) => `/tmp/${suggested}`,
    recent: () => [
      { path: '/home/ada/data/shop.db', name: 'shop.db', exists: true, opened: '2026-11-20T18:02:11Z' },
      { path: '/home/ada/incident/orders-2026-11-19.ndjson', name: 'orders-2026-11-19.ndjson', exists: true, opened: '2026-11-19T09:41:00Z' },
      { path: '/mnt/usb/old.db', name: 'old.db', exists: false, opened: '2026-10-02T12:00:00Z' },
    ],
    clear_recent: () => null,
    demos: () => [
      { name: 'shop', title: 'A day in a shop', description: 'Orders, payments, stock and reviews of one day, with a lost event, a doubled one, a late one, and two writes that oversell.' },
    ],
    prepare_demo: () => '/home/ada/.cache/leftfold/demo-shop.db',
    inspect: ({ path }) => this.inspect(path),
    preview_mapping: ({ mapping }) => ({
      rows: this.all.slice(0, 12).map((e) => this.row(e)),
      problems: mapping.fields.some((f) => f.field === 'stream' && f.expression === '') ? ['Every event needs a stream: say which column names it.'] : [],
    }),
    save_mapping: ({ path }) => path.replace(/[^/]*$/, 'leftfold.toml'),
    open: ({ path, mapping }) => {
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
    lanes: ({ by, limit, filter }) => this.lanes(by, limit, filter),
    axis_info: ({ axis, filter }) => this.axisInfo(axis, filter),
    density: (args) => this.density(args),
    marks: (args) => this.marks(args),
    rows: ({ axis, filter, offset, limit }) => {
      const list = this.list(axis, filter);
      return { generation: this.generation, total: list.length, offset, rows: list.slice(offset, offset + limit).map((e) => this.row(e)) };
    },
    rank: ({ filter, place }) => this.list(place.axis, filter).filter((e) => this.includes(place, e)).length,
    event: ({ ordinal }) => this.event(ordinal),
    place_of: ({ axis, ordinal }) => this.placeOf(axis, ordinal),
    resolve_point: ({ axis, point }) => {
      if (point === 'end') return { axis, coord: this.axisInfo(axis, null).to, ordinal: null };
      const found = /^#(\d+)$/.exec(point);
      const place = found === null ? null : this.placeOf(axis, Number(found[1]));
      if (place === null) throw new BackendError({ code: 'point-unknown', message: `there is no point ${point}` });
      return place;
    },
    step: ({ place, direction, by, lane, filter }) => {
      const list = this.list(place.axis, filter).filter((e) => lane === null || this.keyOf[by].get(e[by]) === lane);
      const rank = list.filter((e) => this.includes(place, e)).length;
      const e = direction === 'next' ? list[rank] : list[rank - 2];
      return e === undefined ? null : this.row(e);
    },
    state: ({ stream, place }) => this.state(stream, place),
    diff: ({ stream, from, to }) => {
      const [a, b] = [from, to].map((p) => this.stepsTo(stream, p).at(-1)?.after ?? EMPTY);
      const before = a ?? EMPTY;
      const after = b ?? EMPTY;
      return { stream: this.keys.stream[stream] ?? '', patch: '[]', changes: changes(before, after), fromState: formatJson(before), toState: formatJson(after) };
    },
    history: ({ stream, path, limit }) => this.history(stream, path).slice(-limit),
    next_change: ({ stream, path, place, direction }) => {
      const entries = this.history(stream, path).map((h) => h.row);
      const at = (row: RowDto): boolean => this.includes(place, this.at(row.ordinal));
      const included = entries.filter(at);
      if (direction === 'next') return entries.find((row) => !at(row)) ?? null;
      return included[included.length - (included.at(-1)?.ordinal === place.ordinal ? 2 : 1)] ?? null;
    },
    streams: ({ query, offset, limit }) => {
      const q = query.toLowerCase();
      const rank = (name: string): number => (name === q ? 0 : name.startsWith(q) ? 1 : 2);
      const found = this.lanes('stream', Infinity, null).lanes.filter((l) => l.name.toLowerCase().includes(q));
      found.sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
      return { total: found.length, streams: found.slice(offset, offset + limit).map((l) => ({ ...l, category: l.name.replace(/-.*/, '') })) };
    },
    check_filter: ({ text }) => {
      const compiled = compile(text);
      return { error: 'error' in compiled ? compiled.error : null };
    },
    apply_filter: ({ text }) => {
      const compiled = compile(text);
      if ('error' in compiled) throw new BackendError({ code: 'filter-syntax', message: compiled.error.message });
      const id = this.nextFilter++;
      this.filters.set(id, { text, matched: this.all.filter(compiled.test) });
      return this.filterStatus(id);
    },
    filter_status: ({ filter }) => this.filterStatus(filter),
    drop_filter: ({ filter }) => {
      this.filters.delete(filter);
      return null;
    },
    projections: () => [
      { name: 'merge', description: 'RFC 7396 merge', builtIn: true },
      { name: 'latest', description: 'the last payload', builtIn: true },
    ],
    export_events: ({ axis, filter }) => this.list(axis, filter).length,
  };

  private openPath = '';
  private openStore = store;

  private saved(): string | null {
    try {
      return sessionStorage.getItem('preferences');
    } catch {
      return null;
    }
  }

  private inspect(path: string): InspectDto {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const errors: Record<string, string> = {
      'broken.db': 'source-damaged', 'secret.db': 'source-encrypted', 'busy.db': 'source-locked', 'notes.txt': 'source-not-a-database', 'old.db': 'source-unopenable',
    };
    const code = errors[name];
    if (code !== undefined) throw new BackendError({ code, message: `${path}: the header says 812 pages, the file has 640` });
    const tables = [
      {
        name: 'journal',
        rows: '20480',
        columns: [
          { name: 'id', declared: 'INTEGER', samples: ['1', '2', '3'] },
          { name: 'entity', declared: 'TEXT', samples: ['order-1000', 'order-1001'] },
          { name: 'what', declared: 'TEXT', samples: ['OrderPlaced', 'ItemAdded'] },
          { name: 'happened', declared: 'TEXT', samples: ['2026-11-20 08:00:01.204'] },
          { name: 'body', declared: 'BLOB', samples: ['{"orderId":"order-1000","status":"placed"}'] },
        ],
      },
    ];
    if (name === 'journal.db') return { path, kind: 'sqlite', stores: [guess], tables, problem: null };
    if (name === 'unknown.db') return { path, kind: 'sqlite', stores: [], tables, problem: { code: 'source-no-events', message: 'no table looks like events' } };
    if (name === 'two.db') return { path, kind: 'sqlite', stores: [store, { ...store, index: 1, dialect: 'axon-4', title: 'Axon 4', tables: ['domain_event_entry'], certainty: 'likely' }], tables, problem: null };
    return { path, kind: 'sqlite', stores: [store], tables, problem: null };
  }

  private grow(): void {
    if (this.indexed >= this.all.length || this.cancelled) return;
    setTimeout(() => {
      if (this.cancelled) return;
      this.indexed = Math.min(this.all.length, this.indexed + Math.ceil(this.all.length / 20));
      this.generation++;
      this.emit('index', { source: 1, generation: this.generation });
      this.grow();
    }, 400);
  }

  private source(path: string, of: StoreDto): SourceDto {
    this.openPath = path;
    this.openStore = of;
    const complete = this.indexed >= this.all.length;
    return {
      id: 1,
      path,
      name: path.slice(path.lastIndexOf('/') + 1),
      store: of,
      index: {
        generation: this.generation,
        events: this.indexed,
        total: this.all.length,
        streams: this.keys.stream.length,
        types: this.keys.type.length,
        categories: this.keys.category.length,
        bytes: String(this.indexed * 36),
        state: complete ? 'ready' : this.cancelled ? 'cancelled' : 'reading',
        error: null,
        problems: 1,
        unreadable: [],
        hasTime: true,
        withoutTime: 0,
        timeDisorder: true,
        firstTime: rfc3339(this.byTime[0]?.nanos ?? 0n),
        lastTime: rfc3339(this.byTime.at(-1)?.nanos ?? 0n),
        stale: false,
      },
    };
  }

  private at(ordinal: number): MockEvent {
    const event = this.all[ordinal];
    if (event === undefined) throw new BackendError({ code: 'event-unknown', message: `there is no event ${ordinal}` });
    return event;
  }

  private list(axis: AxisDto, filter: number | null): MockEvent[] {
    const matched = filter === null ? null : new Set(this.filters.get(filter)?.matched);
    const base = axis === 'log' ? this.all : this.byTime;
    return base.filter((e) => e.ordinal < this.indexed && (matched === null || matched.has(e)));
  }

  private coord(axis: AxisDto, e: MockEvent): bigint {
    return axis === 'log' ? BigInt(e.ordinal) : e.nanos;
  }

  private includes(place: PlaceDto, e: MockEvent): boolean {
    const coord = this.coord(place.axis, e);
    const at = BigInt(place.coord);
    return coord < at || (coord === at && (place.ordinal === null || e.ordinal <= place.ordinal));
  }

  private placeOf(axis: AxisDto, ordinal: number): PlaceDto {
    return { axis, coord: String(this.coord(axis, this.at(ordinal))), ordinal };
  }

  private row(e: MockEvent): RowDto {
    return {
      ordinal: e.ordinal,
      position: String(e.ordinal + 1),
      stream: e.stream,
      streamKey: this.keyOf.stream.get(e.stream) ?? 0,
      category: e.category,
      categoryKey: this.keyOf.category.get(e.category) ?? 0,
      version: String(e.version),
      type: e.type,
      typeKey: this.keyOf.type.get(e.type) ?? 0,
      timeNanos: String(e.nanos),
      time: rfc3339(e.nanos),
      preview: e.payload.slice(0, 240),
      previewComplete: e.payload.length <= 240,
      problem: e.ordinal === 777,
    };
  }

  private lanes(by: LaneByDto, limit: number, filter: number | null): LanesDto {
    const counts = this.keys[by].map(() => 0);
    for (const e of this.list('log', filter)) {
      const key = this.keyOf[by].get(e[by]) ?? 0;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    const lanes = this.keys[by].map((name, key) => ({ key, name, events: counts[key] ?? 0 }));
    lanes.sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
    return { lanes: lanes.slice(0, limit), total: lanes.length };
  }

  private axisInfo(axis: AxisDto, filter: number | null): AxisInfoDto {
    const base = this.list(axis, null);
    const first = base[0];
    const last = base.at(-1);
    if (first === undefined || last === undefined) return { from: '0', to: '0', events: 0, gaps: [] };
    const gaps: { from: bigint; to: bigint }[] = [];
    for (let i = 1; i < base.length; i++) {
      const [a, b] = [this.coord(axis, base[i - 1] as MockEvent), this.coord(axis, base[i] as MockEvent)];
      if (b - a > 1_000_000_000_000n) gaps.push({ from: a, to: b });
    }
    gaps.sort((a, b) => (b.to - b.from > a.to - a.from ? 1 : -1));
    return {
      from: String(this.coord(axis, first)),
      to: String(this.coord(axis, last)),
      events: this.list(axis, filter).length,
      gaps: gaps.slice(0, 32).map((g) => ({ from: String(g.from), to: String(g.to) })),
    };
  }

  private density(args: Args<'density'>): ArrayBuffer {
    const { axis, by, lanes, columns, filter } = args;
    const [from, to] = [BigInt(args.from), BigInt(args.to)];
    const rows = Math.max(1, lanes.length);
    const out = new Uint32Array(4 + rows * columns);
    const rowOf = new Map(lanes.map((key, i) => [key, i]));
    let most = 0;
    for (const e of this.list(axis, filter)) {
      const coord = this.coord(axis, e);
      if (coord < from || coord >= to) continue;
      const row = lanes.length === 0 ? 0 : rowOf.get(this.keyOf[by].get(e[by]) ?? -1);
      if (row === undefined) continue;
      const at = 4 + row * columns + Number(((coord - from) * BigInt(columns)) / (to - from));
      out[at] = (out[at] ?? 0) + 1;
      most = Math.max(most, out[at] ?? 0);
    }
    out.set([this.generation, rows, columns, most]);
    return out.buffer;
  }

  private marks(args: Args<'marks'>): ArrayBuffer {
    const [from, to] = [BigInt(args.from), BigInt(args.to)];
    const rowOf = new Map(args.lanes.map((key, i) => [key, i]));
    const found = this.list(args.axis, args.filter).filter((e) => {
      const coord = this.coord(args.axis, e);
      return coord >= from && coord < to && rowOf.has(this.keyOf[args.by].get(e[args.by]) ?? -1);
    });
    if (found.length > args.limit) return new Uint32Array([this.generation, 0xffffffff]).buffer;
    const n = found.length;
    const buffer = new ArrayBuffer(8 + n * 16);
    new Uint32Array(buffer, 0, 2).set([this.generation, n]);
    new BigInt64Array(buffer, 8, n).set(found.map((e) => this.coord(args.axis, e)));
    new Uint32Array(buffer, 8 + n * 8, n).set(found.map((e) => e.ordinal));
    new Uint32Array(buffer, 8 + n * 12, n).set(found.map((e) => rowOf.get(this.keyOf[args.by].get(e[args.by]) ?? 0) ?? 0));
    return buffer;
  }

  private event(ordinal: number): EventDto {
    const e = this.at(ordinal);
    const time = rfc3339(e.nanos);
    return {
      row: this.row(e),
      id: `01939b7e-0000-7000-8000-${String(ordinal).padStart(12, '0')}`,
      timeAssumedUtc: ordinal % 2 === 0,
      validTime: null,
      correlationId: `corr-${e.stream}`,
      causationId: null,
      causeOrdinal: e.version > 1 ? ordinal - 1 : null,
      alsoIn: [],
      payload: ordinal === 777 ? null : e.payload,
      metadata: '{"user":"ada","trace":12345678901234567890}',
      payloadEncoding: 'json',
      payloadBase64: btoa(String.fromCharCode(...new TextEncoder().encode(e.payload))),
      payloadBytes: String(e.payload.length),
      extra: [['message_kind', '"E"']],
      problems: ordinal === 777 ? [{ code: 'payload-json', message: 'the payload is no JSON: character 12 is not expected' }] : [],
      json: `{"position":${ordinal + 1},"stream":"${e.stream}","version":${e.version},"type":"${e.type}","time":"${time}","payload":${e.payload}}`,
    };
  }

  private stepsTo(stream: number, place: PlaceDto | null): Step[] {
    const name = this.keys.stream[stream];
    return steps(this.all.filter((e) => e.ordinal < this.indexed && e.stream === name && (place === null || this.includes(place, e))));
  }

  private state(stream: number, place: PlaceDto): StateDto {
    const included = this.stepsTo(stream, place);
    const all = this.stepsTo(stream, null);
    const last = included.at(-1);
    return {
      stream: this.keys.stream[stream] ?? '',
      streamKey: stream,
      included: included.length,
      length: all.length,
      last: last === undefined ? null : this.row(last.event),
      next: all[included.length]?.event.ordinal ?? null,
      projection: 'merge',
      state: formatJson(last?.after ?? EMPTY),
      before: formatJson(last?.before ?? EMPTY),
      changes: last?.changes ?? [],
      blame: [...blame(included)].map(([path, e]) => ({ path, ordinal: e.ordinal, version: String(e.version), type: e.type, time: rfc3339(e.nanos) })),
      problems: [],
      timeDisorder: false,
    };
  }

  private history(stream: number, path: string): HistoryEntryDto[] {
    return this.stepsTo(stream, null).flatMap((step) => {
      const change = step.changes.find((c) => c.path === path || path.startsWith(c.path + '/') || c.path.startsWith(path + '/'));
      return change === undefined ? [] : [{ row: this.row(step.event), before: change.before, after: change.after }];
    });
  }

  private filterStatus(id: number): FilterDto {
    const f = this.filters.get(id);
    if (f === undefined) throw new BackendError({ code: 'filter-unknown', message: 'that filter is gone' });
    return { id, text: f.text, matched: f.matched.length, scanned: this.all.length, total: this.all.length, done: true, failed: 0, firstFailure: null };
  }
}
