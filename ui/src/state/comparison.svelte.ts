/** The two points a difference is told between. Each is an event or a place that was picked, or a text. */
import { t } from '../i18n/index.svelte';
import type { AxisDto, DiffDto, PlaceDto, RowDto } from '../ipc/contract';
import { groupDigits, momentText, splitRfc3339 } from '../model/time';
import { movedRow } from './growth';
import type { Moved } from './growth';
import { placeOfRow } from '../model/place';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { selection } from './selection.svelte';
import type { Tab } from './selection.svelte';
import { view } from './view.svelte';

export interface Mark {
  place: PlaceDto;
  /** The event that was picked; of whatever stream, since a difference is one of the inspected stream alone. */
  row: RowDto | null;
}

/** A place that is an event's. */
const rowMark = (row: RowDto, axis: AxisDto): Mark => ({
  place: placeOfRow(row, axis) ?? { axis: 'log', coord: String(row.ordinal), ordinal: row.ordinal },
  row,
});

/** An event in a few characters. */
function shortName(row: RowDto): string {
  const position = row.position === null ? `e${row.ordinal}` : `#${row.position}`;
  return `${row.stream} ${row.version === null ? position : `v${row.version}`}`;
}

const placeText = (place: PlaceDto): string =>
  place.axis === 'time'
    ? momentText(BigInt(place.coord), view.from, view.to)
    : `e${groupDigits(place.coord)}`;

/** What a picked point is for the inspected stream: its own event, or the moment of another stream's. */
export function describeMark({ place, row }: Mark): string {
  const { stream } = selection;
  if (row === null) return placeText(place);
  if (stream === null || row.streamKey === stream.key) {
    const clock = row.time === null ? '' : ` · ${splitRfc3339(row.time).clock}`;
    return shortName(row) + clock;
  }
  const at = place.axis === 'time' && row.time !== null ? splitRfc3339(row.time).clock : placeText(place);
  return t('diff.withOther', { stream: stream.name, at, other: shortName(row) });
}

class Comparison {
  from = $state.raw<Mark | null>(null);
  to = $state.raw<Mark | null>(null);
  /** What the points are while they are not picked: as a user writes them; empty: the playhead. */
  fromText = $state('v1');
  toText = $state('');
  /** What the first point was when it was picked; `null`: neither, or no longer known. */
  origin = $state<'selected' | 'playhead' | null>(null);
  /** The difference that is shown. */
  shown = $state.raw<DiffDto | null>(null);
  private tabBefore: Tab | null = null;

  get on(): boolean {
    return this.from !== null || this.to !== null;
  }

  /** The letter of the point an event is. */
  letterOf(ordinal: number): string {
    if (this.to?.row?.ordinal === ordinal) return 'B';
    return this.from?.row?.ordinal === ordinal ? 'A' : '';
  }

  /** The picked points that stand on an axis. */
  onAxis(axis: AxisDto): { letter: string; coord: bigint }[] {
    const out: { letter: string; coord: bigint }[] = [];
    for (const [letter, mark] of [
      ['A', this.from],
      ['B', this.to],
    ] as const) {
      const place = mark?.row == null ? mark?.place : placeOfRow(mark.row, axis);
      if (place?.axis === axis) out.push({ letter, coord: BigInt(place.coord) });
    }
    return out;
  }

  /** The second point is this event; the first one stays, and is the selected event or the playhead when there is none yet. */
  pickRow(row: RowDto): void {
    if (selection.stream === null) selection.chooseStream(row.streamKey, row.stream);
    this.pick(rowMark(row, preferences.now.axis));
  }

  pickCoord(coord: bigint): void {
    const { axis } = preferences.now;
    this.pick({ place: { axis, coord: String(view.clampCoord(coord)), ordinal: null }, row: null });
  }

  /** The playhead becomes the first point, then the second, then the first of another comparison. */
  pickPlayhead(): void {
    const here = this.here();
    if (here === null) return;
    if (this.from !== null && this.to === null) this.to = here;
    else {
      this.from = here;
      this.origin = 'playhead';
      this.to = null;
      this.toText = '';
    }
    this.show();
  }

  swap(): void {
    [this.from, this.to] = [this.to, this.from];
    [this.fromText, this.toText] = [this.toText, this.fromText];
    this.origin = null;
  }

  /** One point is a text again. */
  drop(end: 'from' | 'to'): void {
    if (end === 'from') {
      this.from = null;
      this.origin = null;
    } else this.to = null;
  }

  /** The positions of the points that are events. */
  positions(): string[] {
    return [this.from?.row?.position, this.to?.row?.position].filter((p) => p != null);
  }

  /** Events have moved. */
  relocate(moved: Moved): void {
    const now = (mark: Mark | null): Mark | null => {
      if (mark?.row == null) return mark;
      const row = movedRow(mark.row, moved);
      return row === mark.row
        ? mark
        : { ...mark, row, place: placeOfRow(row, mark.place.axis) ?? mark.place };
    };
    this.from = now(this.from);
    this.to = now(this.to);
  }

  /** Ends the comparison, and goes back to where it was begun. */
  clear(): void {
    this.forget();
    if (this.tabBefore !== null && selection.tab === 'diff') selection.tab = this.tabBefore;
    this.tabBefore = null;
  }

  forget(): void {
    this.from = null;
    this.to = null;
    this.origin = null;
    this.fromText = 'v1';
    this.toText = '';
  }

  private pick(mark: Mark): void {
    // Who moves the second point means to leave the first where it is.
    if (!this.on) {
      const { row } = selection;
      const other = row !== null && row.ordinal !== mark.row?.ordinal;
      this.from = other ? rowMark(row, preferences.now.axis) : this.here();
      this.origin = other ? 'selected' : 'playhead';
    }
    this.to = mark;
    this.show();
  }

  private here(): Mark | null {
    const { place } = playhead;
    if (place === null) return null;
    const row = playhead.shown?.row ?? null;
    const exact = row !== null && place.ordinal === row.ordinal;
    return exact ? rowMark(row, place.axis) : { place, row: null };
  }

  private show(): void {
    if (selection.tab === 'diff') return;
    this.tabBefore = selection.tab;
    selection.tab = 'diff';
  }
}

export const comparison = new Comparison();
