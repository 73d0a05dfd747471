/** The events picked in the list: one, or several stretches of it. */
import type { RowDto } from '../ipc/contract';
import { countOf, hasRank, withoutRank, withRange } from '../model/ranges';
import type { Ranges } from '../model/ranges';
import { call } from './backend';

/** Ends of stretches that are found again when events move; more are let go. */
const MOST_ENDS = 64;

class Picked {
  ranges = $state.raw<Ranges>([]);
  /** The row the keys move, apart from the selection. */
  cursor = $state<number | null>(null);
  count: number = $derived(countOf(this.ranges));
  /** More than the one row that is selected anyway. */
  several: boolean = $derived(this.count > 1);
  /** Where Shift begins. */
  private anchor: number | null = null;
  /** What the list holds, and shows a row that the keys have come to. */
  private list: { total: () => number; start: () => number; row: (at: number) => RowDto | undefined } | null =
    null;
  private onmove: ((to: number) => void) | null = null;

  /** The list in sight, and what brings a row into sight. */
  attach(list: NonNullable<Picked['list']>, onmove: (to: number) => void): () => void {
    this.list = list;
    this.onmove = onmove;
    return () => {
      this.list = null;
      this.onmove = null;
      this.forget();
    };
  }

  has(rank: number): boolean {
    return hasRank(this.ranges, rank);
  }

  /** One row alone. */
  one(rank: number): void {
    this.cursor = rank;
    this.anchor = rank;
    this.ranges = [{ from: rank, to: rank + 1 }];
  }

  /** A row more, or one less. */
  toggle(rank: number): void {
    this.cursor = rank;
    this.anchor = rank;
    this.ranges = this.has(rank)
      ? withoutRank(this.ranges, rank)
      : withRange(this.ranges, { from: rank, to: rank + 1 });
  }

  /** All from where it began to here; with what was picked before, if it is to stay. */
  extend(rank: number, stays = false): void {
    const from = (this.anchor ??= this.cursor ?? rank);
    this.cursor = rank;
    const range = { from: Math.min(from, rank), to: Math.max(from, rank) + 1 };
    this.ranges = stays ? withRange(this.ranges, range) : [range];
  }

  /** The same by a key: a row up or down. */
  extendBy(step: 1 | -1): void {
    const { list } = this;
    if (list === null || list.total() === 0) return;
    const last = list.total() - 1;
    const from = Math.min(last, this.cursor ?? list.start());
    if (this.anchor === null || this.ranges.length === 0) this.anchor = from;
    this.extend(Math.min(last, Math.max(0, from + step)));
    this.onmove?.(this.cursor ?? from);
  }

  all(): void {
    const total = this.list?.total() ?? 0;
    if (total === 0) return;
    this.anchor = 0;
    this.ranges = [{ from: 0, to: total }];
  }

  /** Back to the row at the cursor. */
  single(): void {
    const { cursor } = this;
    this.ranges = cursor === null ? [] : [{ from: cursor, to: cursor + 1 }];
    this.anchor = cursor;
  }

  forget(): void {
    this.age++;
    this.ranges = [];
    this.cursor = null;
    this.anchor = null;
    this.ends = new Map();
  }

  /** Ends by the positions of their events, while they stand there. */
  private ends = new Map<number, string>();
  private age = 0;

  /** Notes which events the stretches begin and end with, so that they are found again when the list grows between them. */
  note(): void {
    const { list } = this;
    const ends = new Map<number, string>();
    for (const { from, to } of this.ranges) {
      for (const rank of [from, to - 1]) {
        const position = list?.row(rank)?.position ?? this.ends.get(rank);
        if (position !== undefined && position !== null) ends.set(rank, position);
      }
    }
    this.ends = ends;
  }

  /** Events have come: the stretches are found again by the events at their ends, and let go where one of these is not known. */
  async grown(source: number, rankOf: (ordinal: number) => Promise<number | null>): Promise<void> {
    const { ranges, ends } = this;
    if (ranges.length === 0) return;
    const age = ++this.age;
    const ranks = ranges.flatMap((r) => [r.from, r.to - 1]);
    const positions = ranks.map((rank) => ends.get(rank));
    if (ranks.length > MOST_ENDS || positions.includes(undefined)) {
      this.forget();
      return;
    }
    const ordinals = await call('relocate', { source, positions: positions as string[] });
    const now = await Promise.all(ordinals.map((o) => (o === null ? null : rankOf(o))));
    if (age !== this.age || this.ranges !== ranges) return;
    if (now.includes(null)) {
      this.forget();
      return;
    }
    const moved = new Map(ranks.map((rank, i) => [rank, now[i] ?? rank]));
    const at = (rank: number): number => moved.get(rank) ?? rank;
    let next: Ranges = [];
    for (const { from, to } of ranges) next = withRange(next, { from: at(from), to: at(to - 1) + 1 });
    this.ends = new Map(ranks.map((rank) => [at(rank), ends.get(rank) ?? '']));
    this.cursor = this.cursor === null ? null : at(this.cursor);
    this.anchor = this.anchor === null ? null : at(this.anchor);
    this.ranges = next;
  }
}

export const picked = new Picked();
