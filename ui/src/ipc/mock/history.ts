/** A history in memory, and the answers that follow from it. */
import type {
  AxisDto,
  AxisInfoDto,
  EventDto,
  FilterDto,
  HistoryEntryDto,
  LaneByDto,
  LanesDto,
  PlaceDto,
  ProposedNameDto,
  RowDto,
  StateDto,
  UnknownNameDto,
  WatchDto,
} from '../contract';
import { BackendError } from '../backend';
import type { Args } from '../backend';
import { formatJson } from '../../model/json';
import { rfc3339 } from '../../model/time';
import { blame, EMPTY, steps } from './fold';
import type { Step } from './fold';
import { shop } from './shop';
import type { MockEvent } from './shop';

export class MockHistory {
  readonly all: MockEvent[];
  readonly byTime: MockEvent[];
  readonly filters = new Map<number, { text: string; matched: MockEvent[] }>();
  readonly keys: Record<LaneByDto, string[]> = { category: [], type: [], stream: [] };
  readonly keyOf: Record<LaneByDto, Map<string, number>> = {
    category: new Map(),
    type: new Map(),
    stream: new Map(),
  };
  /** How many events are indexed. */
  indexed: number;
  generation = 1;

  constructor(events: number) {
    this.all = shop(events);
    this.indexed = this.all.length;
    for (const e of this.all) for (const by of ['category', 'type', 'stream'] as const) this.learn(by, e[by]);
    this.byTime = [...this.all].sort((a, b) =>
      a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : a.ordinal - b.ordinal,
    );
  }

  private learn(by: LaneByDto, name: string): void {
    if (this.keyOf[by].has(name)) return;
    this.keyOf[by].set(name, this.keys[by].length);
    this.keys[by].push(name);
  }

  at(ordinal: number): MockEvent {
    const event = this.all[ordinal];
    if (event === undefined)
      throw new BackendError({ code: 'no-such-event', message: `there is no event ${ordinal}` });
    return event;
  }

  /** The event at a position, which is its place in the log counted from 1. */
  ordinalOf(position: string): number | null {
    const ordinal = Number(position) - 1;
    return this.all[ordinal] === undefined || ordinal >= this.indexed ? null : ordinal;
  }

  /** Of every third event: it was valid some minutes before it was recorded. */
  validTime(ordinal: number): string | null {
    const event = this.all[ordinal];
    return event === undefined || ordinal % 3 !== 0 ? null : String(event.nanos - 420_000_000_001n);
  }

  watch(stream: number, path: string, axis: AxisDto, projection: string | null): WatchDto {
    const entries = this.history(stream, path, projection);
    return {
      coords: entries.map(({ row }) => String(this.coord(axis, this.at(row.ordinal)))),
      places: entries.map(({ row }) => row.ordinal),
      ordinals: entries.map(({ row }) => row.ordinal),
      values: entries.map(({ after }) => after),
      total: entries.length,
    };
  }

  list(axis: AxisDto, filter: number | null): MockEvent[] {
    const matched = filter === null ? null : new Set(this.filters.get(filter)?.matched);
    const base = axis === 'log' ? this.all : this.byTime;
    return base.filter((e) => e.ordinal < this.indexed && (matched === null || matched.has(e)));
  }

  coord(axis: AxisDto, e: MockEvent): bigint {
    return axis === 'log' ? BigInt(e.ordinal) : e.nanos;
  }

  includes(place: PlaceDto, e: MockEvent): boolean {
    const coord = this.coord(place.axis, e);
    const at = BigInt(place.coord);
    return coord < at || (coord === at && (place.ordinal === null || e.ordinal <= place.ordinal));
  }

  placeOf(axis: AxisDto, ordinal: number): PlaceDto {
    return { axis, coord: String(this.coord(axis, this.at(ordinal))), ordinal };
  }

  row(e: MockEvent): RowDto {
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

  lanes(by: LaneByDto, limit: number, filter: number | null): LanesDto {
    const counts = this.keys[by].map(() => 0);
    for (const e of this.list('log', filter)) {
      const key = this.keyOf[by].get(e[by]) ?? 0;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    const lanes = this.keys[by].map((name, key) => ({ key, name, events: counts[key] ?? 0 }));
    lanes.sort((a, b) => b.events - a.events || (a.name < b.name ? -1 : 1));
    return { lanes: lanes.slice(0, limit), total: lanes.length };
  }

  axisInfo(axis: AxisDto, filter: number | null): AxisInfoDto {
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

  density(args: Args<'density'>): ArrayBuffer {
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

  marks(args: Args<'marks'>): ArrayBuffer {
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
    new Uint32Array(buffer, 8 + n * 12, n).set(
      found.map((e) => rowOf.get(this.keyOf[args.by].get(e[args.by]) ?? 0) ?? 0),
    );
    return buffer;
  }

  private idOf(ordinal: number): string {
    return `01939b7e-0000-7000-8000-${String(ordinal).padStart(12, '0')}`;
  }

  /** The event before it in its stream; of a stream's first event a command, which is not stored. */
  private causationOf(e: MockEvent): string {
    const before = this.causeOf(e.ordinal);
    return before === null ? `command-${e.stream}` : this.idOf(before);
  }

  causeOf(ordinal: number): number | null {
    const e = this.at(ordinal);
    return this.all.findLast((o) => o.stream === e.stream && o.version === e.version - 1)?.ordinal ?? null;
  }

  event(ordinal: number): EventDto {
    const e = this.at(ordinal);
    const time = rfc3339(e.nanos);
    return {
      row: this.row(e),
      id: this.idOf(ordinal),
      timeAssumedUtc: ordinal % 2 === 0,
      validTime: null,
      correlationId: `corr-${e.stream}`,
      causationId: this.causationOf(e),
      alsoIn: [],
      payload: ordinal === 777 ? null : e.payload,
      metadata: '{"user":"ada","trace":12345678901234567890}',
      payloadEncoding: 'json',
      payloadBase64: btoa(String.fromCharCode(...new TextEncoder().encode(e.payload))),
      payloadBytes: String(e.payload.length),
      extra: [['message_kind', '"E"']],
      problems:
        ordinal === 777
          ? [
              {
                code: 'payload-undecodable',
                message: 'the payload is no JSON: character 12 is not expected',
                params: {},
              },
            ]
          : [],
      json: `{"position":${ordinal + 1},"stream":"${e.stream}","version":${e.version},"type":"${e.type}","time":"${time}","payload":${e.payload}}`,
    };
  }

  stepsTo(stream: number, place: PlaceDto | null, projection: string | null): Step[] {
    const name = this.keys.stream[stream];
    return steps(
      this.all.filter(
        (e) => e.ordinal < this.indexed && e.stream === name && (place === null || this.includes(place, e)),
      ),
      projection === 'latest',
    );
  }

  state(stream: number, place: PlaceDto, projection: string | null, before: boolean): StateDto {
    const included = this.stepsTo(stream, place, projection);
    const all = this.stepsTo(stream, null, projection);
    const last = included.at(-1);
    return {
      stream: this.keys.stream[stream] ?? '',
      streamKey: stream,
      included: included.length,
      length: all.length,
      last: last === undefined ? null : this.row(last.event),
      next: all[included.length]?.event.ordinal ?? null,
      projection: projection ?? 'merge',
      state: formatJson(last?.after ?? EMPTY),
      before: before ? formatJson(last?.before ?? EMPTY) : null,
      changes: last?.changes ?? [],
      blame: [...blame(included)].map(([path, e]) => ({
        path,
        ordinal: e.ordinal,
        version: String(e.version),
        type: e.type,
        time: rfc3339(e.nanos),
      })),
      unfolded: 0,
      problems: [],
      missing: [],
      timeDisorder: false,
    };
  }

  history(stream: number, path: string, projection: string | null): HistoryEntryDto[] {
    return this.stepsTo(stream, null, projection).flatMap((step) => {
      const change = step.changes.find(
        (c) => c.path === path || path.startsWith(c.path + '/') || c.path.startsWith(path + '/'),
      );
      return change === undefined
        ? []
        : [{ row: this.row(step.event), before: change.before, after: change.after }];
    });
  }

  filterStatus(id: number): FilterDto {
    const f = this.filters.get(id);
    if (f === undefined) throw new BackendError({ code: 'filter-gone', message: 'that filter is gone' });
    return {
      id,
      text: f.text,
      matched: f.matched.length,
      scanned: this.all.length,
      total: this.all.length,
      done: true,
      failed: 0,
      firstFailure: null,
    };
  }

  /** Only names that are compared with; near is what begins alike. */
  hints(id: number): UnknownNameDto[] {
    const { text, matched } = this.filterStatus(id);
    if (matched > 0) return [];
    return [...text.matchAll(/(stream|category|type) == "([^"]*)"/g)].flatMap(([, by = '', name = '']) => {
      const kind = by as LaneByDto;
      if (this.keyOf[kind].has(name)) return [];
      const propose = (other: string): ProposedNameDto => ({
        name: other,
        filter: text.replace(JSON.stringify(name), JSON.stringify(other)),
      });
      const near = this.keys[kind].filter((other) => other.startsWith(name.slice(0, 3))).slice(0, 3);
      const others = near.length > 0 || kind === 'stream' ? [] : this.keys[kind].slice(0, 8);
      const [first = ''] = near;
      return [
        {
          kind,
          name,
          near: near.map(propose),
          others: others.map(propose),
          more: this.keys[kind].length > others.length && others.length > 0,
          lookedAt: null,
          message: `there is no ${kind} ${name}; did you mean ${first}?`,
        },
      ];
    });
  }
}
