/** A comparison in memory: the shop's day against a copy with faults. */
import type {
  ComparisonDto,
  FindingDto,
  FindingEvidenceDto,
  FindingListDto,
  FindingStatusDto,
  RowDto,
} from '../contract';
import { BackendError } from '../backend';
import type { Args } from '../backend';
import type { MockHistory } from './history';
import type { MockEvent } from './shop';

const CATEGORIES = ['missing', 'extra', 'conflict', 'late'] as const;
const STATUSES: readonly FindingStatusDto[] = ['pending', 'confirmed', 'healed', 'outOfCoverage'];
const LATER = 95_000_000_000n;

interface Found {
  finding: FindingDto;
  left: string | null;
  right: string | null;
}

export class MockComparison {
  state: ComparisonDto['state'] = 'running';
  private readonly found: Found[] = [];
  private readonly history: MockHistory;
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
        category,
        status,
        stream,
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

  dto(): ComparisonDto {
    const done = this.state === 'done';
    const of = (category: string, status: FindingStatusDto): number =>
      this.found.filter(({ finding: f }) => f.category === category && f.status === status).length;
    const all = this.history.all.length;
    const counts = CATEGORIES.map((category) => ({
      category,
      pending: of(category, 'pending'),
      confirmed: of(category, 'confirmed'),
      healed: of(category, 'healed'),
      outOfCoverage: of(category, 'outOfCoverage'),
    })).filter((count) => STATUSES.some((status) => count[status] > 0));
    const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
    return {
      id: this.id,
      source: this.args.source,
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
            verdict: this.found.length === 0 ? 'alwaysEqual' : 'never',
            within: null,
            identity: 'id',
            identityReason: '1024 of 1024 ids looked at on the left are on the right, too',
            leftEvents: all,
            rightEvents: all,
            paired: all - of('missing', 'confirmed'),
            streams: this.history.keys.stream.length,
            streamsDiffering: new Set(this.found.map((f) => f.finding.stream)).size,
            counts,
            first: this.found.length === 0 ? null : 0,
            knownUntil: null,
            aligned: true,
            unreadable: [],
          },
      error: null,
    };
  }

  list({ hiddenCategories, hiddenStatuses, grouped }: FindingListDto): FindingDto[] {
    const kept = this.found
      .map((f) => f.finding)
      .filter((f) => !hiddenCategories.includes(f.category) && !hiddenStatuses.includes(f.status));
    if (!grouped) return kept;
    const order = CATEGORIES as readonly string[];
    return kept.sort((a, b) => order.indexOf(a.category) - order.indexOf(b.category) || a.number - b.number);
  }

  evidence(number: number): FindingEvidenceDto {
    const found = this.found[number];
    if (found === undefined)
      throw new BackendError({ code: 'no-such-finding', message: `there is no finding ${number}` });
    return { finding: found.finding, leftPayload: found.left, rightPayload: found.right, ofPayload: null };
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
}
