/** The lanes as the reader arranged them: order, pins, names, colours, groups, of each kind of lane apart. */
import type { LaneByDto } from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import * as arrangement from '../model/arrangement';
import type { Arrangement, LaneRow } from '../model/arrangement';
import { laneNumber } from '../theme/tokens';
import { screen } from './screen.svelte';
import { session } from './session.svelte';

const { arrange, PLAIN } = arrangement;

/** So many lanes can be scrolled through unless the reader asks for others. */
export const LANES_AT_FIRST = 32;

const nothing = (): Record<LaneByDto, Arrangement> => ({ category: PLAIN, type: PLAIN, stream: PLAIN });

class Lanes {
  by = $state.raw<Record<LaneByDto, Arrangement>>(nothing());
  now: Arrangement = $derived(this.by[session.laneBy]);
  rows: readonly LaneRow[] = $derived(arrange(session.lanes, this.now, LANES_AT_FIRST, laneNumber));
  /** Those that are drawn. */
  shown: readonly LaneRow[] = $derived(this.rows.filter((row) => row.shown));
  /** How many lanes of the source these are. */
  shownLanes: number = $derived(this.shown.reduce((sum, row) => sum + row.keys.length, 0));
  private colours: ReadonlyMap<number, number> = $derived(
    new Map(this.rows.flatMap((row) => row.keys.map((key) => [key, row.colour] as const))),
  );
  /** The row the pointer or the focus is on: what keys are about. */
  hand = $state<string | null>(null);
  /** The rows that were picked to be one. */
  private chosen = $state.raw<readonly string[]>([]);
  picked: readonly LaneRow[] = $derived(this.rows.filter((row) => this.chosen.includes(row.id)));
  /** The row whose menu is open, and where. */
  menu = $state.raw<{ id: string; x: number; y: number } | null>(null);
  /** The row whose name is being written. */
  naming = $state<string | null>(null);

  /** The number of a lane's colour, the same wherever the lane is named. */
  colourOf(key: number): number {
    return this.colours.get(key) ?? laneNumber(key);
  }

  openMenu(row: LaneRow, x: number, y: number): void {
    this.hand = row.id;
    this.menu = { id: row.id, x, y };
  }

  row(id: string): LaneRow | null {
    return this.rows.find((row) => row.id === id) ?? null;
  }

  nameOf(row: LaneRow): string {
    if (row.given !== null) return row.given;
    return row.lanes.map((lane) => session.nameOf(lane)).join(' + ');
  }

  private set(next: Arrangement): void {
    if (next !== this.now) this.by = { ...this.by, [session.laneBy]: next };
  }

  /** Does something with the row the keys are about, if there is one. */
  inHand(what: (row: LaneRow) => void): void {
    const row = this.hand === null ? null : this.row(this.hand);
    if (row === null) screen.say(t('lane.noneInHand'));
    else what(row);
  }

  toggle(row: LaneRow): void {
    this.set({ ...this.now, shown: { ...this.now.shown, [row.id]: !row.shown } });
  }

  showOnly(row: LaneRow): void {
    const alone = this.shown.length === 1 && this.shown[0]?.id === row.id;
    const shown = alone ? {} : Object.fromEntries(this.rows.map((r) => [r.id, r.id === row.id]));
    this.set({ ...this.now, shown });
  }

  /** To another place among the rows. */
  place(row: LaneRow, to: number): void {
    this.set(arrangement.moved(this.now, this.rows, row.id, to));
  }

  /** To between two of those that are drawn. */
  drop(row: LaneRow, slot: number): void {
    this.place(row, arrangement.placeOfSlot(this.rows, row.id, slot));
  }

  move(row: LaneRow, by: 1 | -1): void {
    this.place(row, this.rows.indexOf(row) + by);
  }

  pin(row: LaneRow): void {
    this.set(arrangement.pinned(this.now, this.rows, row.id));
  }

  rename(row: LaneRow, name: string): void {
    const own = row.group === null && row.lanes.some((lane) => session.nameOf(lane) === name.trim());
    this.set(arrangement.renamed(this.now, row.id, own ? '' : name));
  }

  colour(row: LaneRow, colour: number | null): void {
    this.set(arrangement.coloured(this.now, row.id, colour));
  }

  pick(row: LaneRow): void {
    const others = this.picked.map(({ id }) => id).filter((id) => id !== row.id);
    this.chosen = others.length < this.picked.length ? others : [...others, row.id];
  }

  pickNone(): void {
    this.chosen = [];
  }

  /** One row of those that are picked, else of it and the one above. */
  group(row: LaneRow): void {
    if (this.picked.length > 1) this.groupPicked();
    else this.groupUp(row);
  }

  private groupPicked(): void {
    const [first, ...others] = this.picked;
    if (first === undefined) return;
    const name = this.picked.map((row) => this.nameOf(row)).join(' + ');
    const key = first.keys[0] ?? -1;
    const group = (): LaneRow | undefined => this.rows.find((r) => r.keys.includes(key));
    for (const other of others) {
      const into = group();
      if (into !== undefined) this.set(arrangement.grouped(this.now, into, other, name));
    }
    this.hand = group()?.id ?? null;
    this.pickNone();
  }

  /** One row of it and the one above. */
  private groupUp(row: LaneRow): void {
    const above = this.rows[this.rows.indexOf(row) - 1];
    if (above === undefined) {
      screen.say(t('lane.noneAbove'));
      return;
    }
    const name = `${this.nameOf(above)} + ${this.nameOf(row)}`;
    this.set(arrangement.grouped(this.now, above, row, name));
    this.hand = this.rows.find((r) => r.keys.includes(row.keys[0] ?? -1))?.id ?? null;
  }

  ungroup(row: LaneRow): void {
    if (row.group === null) screen.say(t('lane.noGroup'));
    else this.set(arrangement.dissolved(this.now, row));
  }

  /** As at first. */
  reset(): void {
    this.set(PLAIN);
  }

  get isPlain(): boolean {
    return arrangement.isPlain(this.now);
  }

  restore(by: Record<LaneByDto, Arrangement>): void {
    this.by = by;
  }

  forget(): void {
    this.by = nothing();
    this.hand = null;
    this.menu = null;
    this.naming = null;
    this.chosen = [];
  }
}

export const lanes = new Lanes();
