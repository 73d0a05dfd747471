/** The timeline's data: counts of the lanes and of the whole, and single events where there are few. */
import type { AxisDto, LaneByDto } from '../../ipc/contract';
import { Latest } from '../../model/latest';
import { ALL_LANES, readMarks, TileCache } from '../../model/tiles';
import type { Marks, TileRequest } from '../../model/tiles';
import { ValidTimes } from '../../model/validity';
import { call } from '../../state/backend';

export const MARK_LIMIT = 3000;
/** So many valid times are asked for at once: events are read for them. */
const VALID_LIMIT = 1000;

export interface Config {
  source: number;
  axis: AxisDto;
  by: LaneByDto;
  /** The lanes in sight. */
  lanes: number[];
  filter: number | null;
  /** Changes whenever counts may have: snapshot and progress of the filter. */
  version: string;
}

export interface MarksInRange {
  from: bigint;
  to: bigint;
  lanes: number[];
  /** `null`: more than the limit. */
  marks: Marks | null;
}

export class TimelineData {
  readonly lanes: TileCache;
  readonly whole: TileCache;
  marks: MarksInRange | null = null;
  /** The valid times of single events, as far as they were asked for. */
  readonly valid = new ValidTimes();
  private config: Config | null = null;
  private marksVersion = '';
  private readonly validWish: Latest<{ source: number; ordinals: number[] }, (string | null)[]>;
  private readonly marksWish: Latest<{ from: bigint; to: bigint; config: Config }, MarksInRange>;

  constructor(changed: () => void) {
    const fetch = async (r: TileRequest): Promise<ArrayBuffer> => {
      const { config } = this;
      if (config === null) throw new Error('no source');
      return call('density', {
        source: config.source,
        axis: config.axis,
        by: config.by,
        lanes: r.lanes,
        from: String(r.from),
        to: String(r.to),
        columns: r.columns,
        filter: config.filter,
      });
    };
    this.lanes = new TileCache(fetch, changed);
    this.whole = new TileCache(fetch, changed);
    this.whole.setLanes([ALL_LANES]);
    this.validWish = new Latest(
      (asked) => call('valid_times', asked),
      (answer, { ordinals }) => {
        this.valid.take(ordinals, answer);
        changed();
      },
    );
    this.marksWish = new Latest(
      async ({ from, to, config }) => {
        const { source, axis, by, lanes, filter } = config;
        const answer = await call('marks', {
          source,
          axis,
          by,
          lanes,
          from: String(from),
          to: String(to),
          limit: MARK_LIMIT,
          filter,
        });
        return { from, to, lanes, marks: readMarks(answer) };
      },
      (marks, { config }) => {
        this.marks = marks;
        this.marksVersion = config.version;
        changed();
      },
    );
  }

  /** Nothing of this axis and kind of lane is there yet. */
  get waiting(): boolean {
    return this.lanes.waiting || this.whole.waiting;
  }

  get settled(): boolean {
    return this.lanes.settled && !this.marksWish.busy;
  }

  configure(config: Config): void {
    const old = this.config;
    this.config = config;
    if (old?.source !== config.source || old.axis !== config.axis) {
      this.lanes.clear();
      this.whole.clear();
      this.marksWish.reset();
      this.marks = null;
    } else if (old.version !== config.version || old.filter !== config.filter || old.by !== config.by) {
      if (old.by !== config.by) {
        // A lane's key means another lane now.
        this.lanes.clear();
        this.marksWish.reset();
        this.marks = null;
      }
      this.lanes.expire();
      this.whole.expire();
    }
    this.lanes.setLanes(config.lanes);
  }

  /** Asks for the valid times of single events where they are not known yet; answers whether all are known. */
  needValid(ordinals: Iterable<number>): boolean {
    const { config } = this;
    if (config === null) return false;
    this.valid.begin(`${config.source}:${config.version}`);
    const missing = this.valid.missing(ordinals, VALID_LIMIT);
    if (missing.length > 0 && !this.validWish.busy)
      this.validWish.request({ source: config.source, ordinals: missing });
    return missing.length === 0;
  }

  /** The single events of a range if they are there, of some lanes at least; asks for what is missing. */
  marksFor(from: bigint, to: bigint): MarksInRange | null {
    const { config, marks } = this;
    if (config === null || config.lanes.length === 0) return null;
    const fits = marks !== null && marks.from <= from && marks.to >= to;
    const all = fits && config.lanes.every((lane) => marks.lanes.includes(lane));
    if (!all || this.marksVersion !== config.version) {
      const span = to - from;
      this.marksWish.request({ from: from - span, to: to + span, config });
    }
    return fits ? marks : null;
  }
}
