/** A comparison in memory: the shop's day against a copy with faults. */
import type {
  BesideDto,
  ComparisonDto,
  ConvergenceDto,
  FindingDto,
  FindingEvidenceDto,
  FindingListDto,
  FindingStatesDto,
  FindingStatusDto,
  HeatDto,
  KnownDto,
  LikenessDto,
  RowDto,
} from '../contract';
import { BackendError } from '../backend';
import type { Args } from '../backend';
import type { MockHistory } from './history';
import type { MockEvent } from './shop';

const CATEGORIES = ['missing', 'extra', 'conflict', 'late'] as const;
const STATUSES: readonly FindingStatusDto[] = ['pending', 'confirmed', 'healed', 'outOfCoverage'];
const LATER = 95_000_000_000n;

export interface Found {
  finding: FindingDto;
  left: string | null;
  right: string | null;
}

export class MockComparison {
  state: ComparisonDto['state'] = 'running';
  protected readonly found: Found[] = [];
  protected readonly history: MockHistory;
  private readonly args: Args<'compare_start'>;
  readonly id: number;

  constructor(id: number, history: MockHistory, args: Args<'compare_start'>) {
    this.id = id;
    this.history = history;
    this.args = args;
    // A file of the same name is the same history.
    if (args.right.endsWith('/same.db')) return;
    const last = history.all.length - 1;
    for (const e of history.all) {
      if (e.ordinal % 97 === 13) this.add(e, 'missing', e.ordinal > last - 60 ? 'pending' : 'confirmed');
      if (e.ordinal % 211 === 40) this.add(e, 'extra', 'confirmed');
      if (e.ordinal % 149 === 20) this.add(e, 'conflict', 'confirmed');
      if (e.ordinal % 131 === 30) this.add(e, 'late', 'healed');
      if (e.ordinal === 3) this.add(e, 'missing', 'outOfCoverage');
    }
  }

  private add(e: MockEvent, category: (typeof CATEGORIES)[number], status: FindingStatusDto): void {
    const row = this.history.row(e);
    const total = '0.99';
    const changed = category === 'conflict' ? e.payload.replace(/}$/, `,"rebate":${total}}`) : e.payload;
    const other: RowDto = { ...row, position: null, preview: changed.slice(0, 240) };
    const late = category === 'late';
    const stream = category === 'extra' ? `${e.stream}-copy` : e.stream;
    this.found.push({
      finding: {
        number: this.found.length,
        awaited: false,
        category,
        status,
        stream,
        key: null,
        message: null,
        left: category === 'extra' ? null : row,
        right: category === 'missing' ? null : { ...other, stream },
        of: null,
        fields: category === 'conflict' ? [{ path: '/rebate', left: null, right: total }] : [],
        since: String(e.nanos),
        healed: late ? String(e.nanos + LATER) : null,
        atTime: String(e.nanos),
        atLog: String(e.ordinal),
      },
      left: category === 'extra' ? null : e.payload,
      right: category === 'missing' ? null : changed,
    });
  }

  /** The findings as known at a moment. */
  private at(knownAt: string | null): FindingDto[] {
    const all = this.found.map((f) => f.finding);
    if (knownAt === null) return all;
    const at = BigInt(knownAt);
    const begun = all
      .filter((f) => f.since === null || BigInt(f.since) <= at)
      .map((f): FindingDto =>
        f.healed === null || BigInt(f.healed) <= at
          ? f
          : { ...f, category: 'missing', status: 'confirmed', right: null, healed: null },
      );
    return [...begun, ...this.underWay(at)];
  }

  /** The copy has every event two seconds later. Their numbers come behind those of all findings. */
  private underWay(at: bigint): FindingDto[] {
    if (this.args.right.endsWith('/same.db')) return [];
    return this.history.all
      .filter(({ nanos }) => nanos <= at && nanos > at - 2_000_000_000n)
      .map((e) => ({
        ...this.awaited(e),
        category: 'missing',
        status: 'pending',
        right: null,
        healed: null,
      }));
  }

  private awaited(e: MockEvent): FindingDto {
    const row = this.history.row(e);
    return {
      number: this.found.length + e.ordinal,
      awaited: true,
      category: 'late',
      status: 'healed',
      stream: e.stream,
      key: null,
      message: null,
      left: row,
      right: { ...row, position: null },
      of: null,
      fields: [],
      since: String(e.nanos),
      healed: String(e.nanos + 2_000_000_000n),
      atTime: String(e.nanos),
      atLog: String(e.ordinal),
    };
  }

  known(knownAt: string | null): KnownDto {
    const all = this.at(knownAt);
    const of = (category: string, status: FindingStatusDto): number =>
      all.filter((f) => f.category === category && f.status === status).length;
    const counts = CATEGORIES.map((category) => ({
      category,
      pending: of(category, 'pending'),
      confirmed: of(category, 'confirmed'),
      healed: of(category, 'healed'),
      outOfCoverage: of(category, 'outOfCoverage'),
    })).filter((count) => STATUSES.some((status) => count[status] > 0));
    const certain = all.filter((f) => f.status === 'confirmed' || f.status === 'healed');
    return {
      verdict: counts.some((c) => c.confirmed > 0) ? 'never' : 'alwaysEqual',
      within: null,
      counts,
      awaited: all.filter((f) => f.awaited).length,
      first: certain[0]?.number ?? null,
      streamsDiffering: new Set(certain.map((f) => f.stream)).size,
      knownUntil: knownAt,
    };
  }

  dto(): ComparisonDto {
    const done = this.state === 'done';
    const all = this.history.all.length;
    const { options } = this.args;
    const last = this.history.byTime.at(-1)?.nanos ?? 0n;
    const before = /^-(\d+)m$/.exec(options.knownAt ?? '')?.[1];
    const known = this.known(null);
    const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
    return {
      id: this.id,
      source: this.args.source,
      mode: 'mirror',
      left: 'demo-shop.db',
      right: name(this.args.right),
      rightPath: this.args.right,
      rightStore: 'NDJSON',
      rightOthers: 0,
      state: this.state,
      leftRead: String(done ? all : Math.floor(all / 3)),
      leftTotal: String(all),
      rightRead: String(done ? all : Math.floor(all / 4)),
      rightTotal: String(all),
      summary: !done
        ? null
        : {
            ...known,
            identity: 'id',
            identityReason: '1024 of 1024 ids looked at on the left are on the right, too',
            leftEvents: all,
            rightEvents: all,
            paired: all - this.found.filter((f) => f.finding.category === 'missing').length,
            streams: this.history.keys.stream.length,
            aligned: true,
            unreadable: [],
            correlated: null,
            projection: null,
            rules: [],
          },
      knownAt: done && before !== undefined ? String(last - BigInt(before) * 60_000_000_000n) : null,
      error: null,
    };
  }

  list({ hiddenCategories, hiddenStatuses, grouped, knownAt }: FindingListDto): FindingDto[] {
    const kept = this.at(knownAt).filter(
      (f) => !hiddenCategories.includes(f.category) && !hiddenStatuses.includes(f.status),
    );
    if (!grouped) return kept;
    const order = CATEGORIES as readonly string[];
    return kept.sort((a, b) => order.indexOf(a.category) - order.indexOf(b.category) || a.number - b.number);
  }

  evidence(number: number, knownAt: string | null): FindingEvidenceDto {
    const awaited = this.history.all[number - this.found.length];
    const inTheEnd = awaited === undefined ? undefined : this.awaited(awaited);
    const finding = this.at(knownAt).find((f) => f.number === number) ?? inTheEnd;
    const found = this.found[number] ?? (awaited && { left: awaited.payload, right: awaited.payload });
    if (found === undefined || finding === undefined)
      throw new BackendError({ code: 'no-such-finding', message: `there is no finding ${number}` });
    return {
      finding,
      leftPayload: found.left,
      rightPayload: finding.right === null ? null : found.right,
      ofPayload: null,
      row: null,
    };
  }

  near({ list, axis, coord }: Args<'finding_near'>): number | null {
    const at = (f: FindingDto): bigint => BigInt((axis === 'time' ? f.atTime : f.atLog) ?? '0');
    const far = (f: FindingDto): bigint => {
      const d = at(f) - BigInt(coord);
      return d < 0n ? -d : d;
    };
    let best: number | null = null;
    const all = this.list(list);
    for (const [i, f] of all.entries()) {
      const known = best === null ? undefined : all[best];
      if (known === undefined || far(f) < far(known)) best = i;
    }
    return best;
  }

  tiles({ list, axis, spans }: Args<'finding_tiles'>): ArrayBuffer {
    const out = new Uint32Array(spans.reduce((sum, span) => sum + span.columns * 4, 0));
    let first = 0;
    for (const span of spans) {
      const [from, to] = [BigInt(span.from), BigInt(span.to)];
      for (const f of this.list(list)) {
        const coord = BigInt((axis === 'time' ? f.atTime : f.atLog) ?? '-1');
        if (coord < from || coord >= to) continue;
        const column = Number(((coord - from) * BigInt(span.columns)) / (to - from));
        const at = (first + column) * 4 + STATUSES.indexOf(f.status);
        out[at] = (out[at] ?? 0) + 1;
      }
      first += span.columns;
    }
    return out.buffer;
  }

  density({ axis, spans }: Args<'side_density'>): ArrayBuffer {
    const out = new Uint32Array(spans.reduce((sum, span) => sum + span.columns, 0));
    let first = 0;
    for (const span of spans) {
      const [from, to] = [BigInt(span.from), BigInt(span.to)];
      for (const e of this.history.all) {
        const coord = axis === 'time' ? e.nanos : BigInt(e.ordinal);
        if (coord < from || coord >= to) continue;
        const at = first + Number(((coord - from) * BigInt(span.columns)) / (to - from));
        out[at] = (out[at] ?? 0) + 1;
      }
      first += span.columns;
    }
    return out.buffer;
  }

  heat({ list, axis, columns, offset, limit }: Args<'finding_heat'>): HeatDto {
    const coord = (f: FindingDto): bigint => BigInt((axis === 'time' ? f.atTime : f.atLog) ?? '0');
    const all = this.list({ ...list, grouped: false });
    const coords = this.found.map((f) => coord(f.finding)).sort((a, b) => (a < b ? -1 : 1));
    const [from, to] = [coords[0] ?? 0n, (coords.at(-1) ?? 0n) + 1n];
    const streams = new Map<string, FindingDto[]>();
    for (const f of all) streams.set(f.stream, [...(streams.get(f.stream) ?? []), f]);
    const order = [...streams].sort((a, b) => b[1].length - a[1].length);
    const worst: readonly FindingStatusDto[] = ['confirmed', 'pending', 'healed', 'outOfCoverage'];
    const rows = order.slice(offset, offset + limit).map(([stream, findings]) => {
      const cells = new Map<number, FindingDto[]>();
      for (const f of findings) {
        const column = Number(((coord(f) - from) * BigInt(columns)) / (to - from));
        cells.set(column, [...(cells.get(column) ?? []), f]);
      }
      const n = (status: FindingStatusDto): number => findings.filter((f) => f.status === status).length;
      return {
        stream,
        pending: n('pending'),
        confirmed: n('confirmed'),
        healed: n('healed'),
        outOfCoverage: n('outOfCoverage'),
        first: findings[0]?.number ?? 0,
        firstAt: findings[0] === undefined ? null : String(coord(findings[0])),
        cells: [...cells]
          .sort((a, b) => a[0] - b[0])
          .map(([column, of]) => ({
            column,
            count: of.length,
            status: worst.find((s) => of.some((f) => f.status === s)) ?? ('confirmed' as const),
            first: of[0]?.number ?? 0,
          })),
      };
    });
    return { from: String(from), to: String(to), columns, streams: order.length, withoutPlace: 0, rows };
  }

  convergence({ columns, knownAt }: Args<'convergence'>): ConvergenceDto {
    const times = this.history.byTime;
    const [from, to] = [times[0]?.nanos ?? 0n, (times.at(-1)?.nanos ?? 0n) + 1n];
    const disagreeing = Array.from({ length: columns }, () => 0);
    const findings = this.at(knownAt);
    for (const f of findings) {
      const column = (nanos: bigint): number => Number(((nanos - from) * BigInt(columns)) / (to - from));
      const last = f.healed === null ? columns - 1 : Math.min(columns - 1, column(BigInt(f.healed)));
      for (let c = column(BigInt(f.since ?? '0')); c <= last; c++) disagreeing[c] = (disagreeing[c] ?? 0) + 1;
    }
    const healed = findings.filter((f) => f.healed !== null).length;
    const later = healed === 0 ? null : String(LATER);
    return {
      from: String(from),
      to: String(to),
      disagreeing,
      most: Math.max(0, ...disagreeing),
      mostAt: findings.length === 0 ? null : (findings.at(-1)?.since ?? null),
      toConverge: {
        count: healed,
        median: later,
        p95: later,
        longest: later,
        classes: healed === 0 ? [] : [{ upTo: '120000000000', count: healed }],
      },
      open: findings.length - healed,
      lag: { count: 0, median: null, p95: null, longest: null, classes: [] },
    };
  }

  beside({ place }: Args<'beside'>): BesideDto {
    const before = this.history.byTime.filter((e) => e.nanos <= BigInt(place.coord)).at(-1);
    const row = before === undefined ? null : this.history.row(before);
    return { left: row, right: row, at: row?.timeNanos ?? null, withoutPartner: 0 };
  }

  statesBeside({ stream }: Args<'states_beside'>): FindingStatesDto {
    const side: FindingStatesDto['left'] = {
      stream,
      included: 1,
      length: 12,
      projection: 'merge',
      state: '{}',
      last: null,
      problems: 0,
    };
    return { left: side, right: side, fields: [], differing: 0 };
  }

  states({ number, knownAt }: Args<'finding_states'>): FindingStatesDto {
    const { finding, leftPayload, rightPayload } = this.evidence(number, knownAt);
    const side = (row: RowDto | null, payload: string | null): FindingStatesDto['left'] => ({
      stream: finding.stream,
      included: Number(row?.version ?? '0'),
      length: 12,
      projection: 'merge',
      state: payload ?? '{}',
      last: null,
      problems: 0,
    });
    const by = (row: RowDto | null, ordinal: number | null): FindingStatesDto['fields'][number]['leftBy'] =>
      row === null
        ? null
        : { type: row.type, version: row.version, position: row.position, time: row.time, ordinal };
    return {
      // What only the right side has is of a stream that the left one has not.
      left: finding.category === 'extra' ? null : side(finding.left, leftPayload),
      right: side(finding.right, rightPayload),
      fields: finding.fields.map((f) => ({
        path: f.path,
        left: f.left,
        right: f.right,
        leftBy: f.left === null ? null : by(finding.left, finding.left?.ordinal ?? null),
        rightBy: f.right === null ? null : by(finding.right, null),
      })),
      differing: finding.fields.length,
    };
  }
}

/** How much a made-up file has in common with the shop's day. */
export function likeness(path: string): LikenessDto | null {
  const share = (shared: number, of: number): LikenessDto['ids'] => ({ shared, of });
  if (path.endsWith('/shop.db'))
    return {
      path,
      title: 'a guess',
      sameDialect: false,
      streams: share(12, 400),
      categories: share(2, 4),
      types: share(3, 9),
      ids: share(0, 0),
      times: share(0, 900),
      score: 18,
    };
  if (path.endsWith('.ndjson'))
    return {
      path,
      title: 'NDJSON',
      sameDialect: false,
      streams: share(398, 400),
      categories: share(4, 4),
      types: share(9, 9),
      ids: share(63, 64),
      times: share(2000, 2000),
      score: 97,
    };
  return null;
}
