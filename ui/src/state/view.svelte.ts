/** What of the time axis is visible. */
import type { AxisDto, AxisInfoDto } from '../ipc/contract';
import {
  clampView,
  fitView,
  fold,
  fromLine,
  lineToX,
  normalise,
  pan,
  roundTo,
  toLine,
  xToLine,
  zoom,
} from '../model/axis';
import type { Fold, View } from '../model/axis';
import { preferences } from './preferences.svelte';

/** What is seen of an axis: `from` is a coordinate; what is left of a pixel and how much is seen are lengths of the drawn line. */
export interface Seen {
  axis: AxisDto;
  from: string;
  frac: number;
  span: number;
}

const NOTHING: Fold = { segments: [{ from: 0n, to: 1n, at: 0n }], length: 1n, gapLength: 0n };

/** Nanoseconds: a history that takes less is drawn with a second on each side. */
const SHORTEST = 1_000n;
const MOMENT = 1_000_000_000n;

class TimelineView {
  fold = $state.raw<Fold>(NOTHING);
  now = $state.raw<View>(fitView(1n));
  /** The width the lanes are drawn on, in CSS pixels. */
  width = $state(800);
  from = $state.raw(0n);
  to = $state.raw(0n);
  range = $state.raw<{ from: bigint; to: bigint } | null>(null);
  /** How far the lanes are scrolled, in CSS pixels. */
  laneScroll = $state(0);
  /** How high the lanes are drawn, and how far they can be scrolled: as the timeline last laid them out. */
  lanes = { height: 20, mostScroll: 0 };
  /** Whether the reader has zoomed or panned; until then the whole is shown as it grows. */
  private touched = $state(false);
  private axis: AxisDto | null = null;
  /** What is to be seen again while the index still grows. */
  private wanted: Seen | null = null;
  private info: AxisInfoDto | null = null;

  setAxis(info: AxisInfoDto, axis: AxisDto): void {
    const start = fromLine(this.fold, this.now.from);
    const switched = axis !== this.axis;
    const first = this.axis === null;
    this.info = info;
    this.axis = axis;
    this.from = BigInt(info.from);
    this.to = BigInt(info.to);
    this.refold();
    if (switched && !first) this.range = null;
    if (this.wanted?.axis === axis) this.again(this.wanted);
    else if (switched || !this.touched) this.fit();
    else this.now = clampView({ ...this.now, from: toLine(this.fold, start) }, this.fold.length);
  }

  /** What is seen; `null`: the whole. */
  get seen(): Seen | null {
    const { axis, now } = this;
    if (!this.touched || axis === null) return null;
    return { axis, from: String(fromLine(this.fold, now.from)), frac: now.frac, span: now.span };
  }

  /** Shows again what was seen, however the index grows, until the reader moves the view or it is `settle`d. */
  see(seen: Seen | null): void {
    this.wanted = seen;
    if (seen === null) this.fit();
    else if (seen.axis === this.axis) this.again(seen);
  }

  /** All has been read: the view stays where it is. */
  settle(): void {
    this.wanted = null;
  }

  private again({ from, frac, span }: Seen): void {
    this.touched = true;
    this.now = clampView({ from: toLine(this.fold, BigInt(from)), frac, span }, this.fold.length);
  }

  forget(): void {
    this.wanted = null;
    this.axis = null;
    this.info = null;
    this.touched = false;
    this.range = null;
    this.laneScroll = 0;
    this.fold = NOTHING;
    this.now = fitView(1n);
  }

  toggleFold(): void {
    const middle = this.coordAt(this.width / 2);
    preferences.now.foldGaps = !preferences.now.foldGaps;
    this.refold();
    if (!this.touched) this.fit();
    else this.centre(middle);
  }

  private refold(): void {
    const gaps = preferences.now.foldGaps
      ? (this.info?.gaps ?? []).map((g) => ({ from: BigInt(g.from), to: BigInt(g.to) }))
      : [];
    // A history of one instant is shown in the middle of its moment, a single event in the middle of the log.
    const moment = this.axis === 'time' && this.to - this.from < SHORTEST ? MOMENT : 0n;
    const around = this.axis === 'log' && this.to === this.from ? 1n : moment;
    this.fold = fold(this.from - around, this.to + around, gaps);
  }

  private get minSpan(): number {
    return this.axis === 'log' ? 12 : 200;
  }

  private get maxSpan(): number {
    return Math.max(Number(this.fold.length) * 1.6, this.minSpan);
  }

  x(coord: bigint): number {
    return lineToX(this.now, toLine(this.fold, coord), this.width);
  }

  /** The coordinate under a pixel, without digits a pixel cannot mean. */
  coordAt(x: number): bigint {
    const coord = fromLine(this.fold, xToLine(this.now, x, this.width));
    return this.axis === 'log' ? coord : roundTo(coord, this.now.span / this.width);
  }

  clampCoord(coord: bigint): bigint {
    if (coord < this.from) return this.from - 1n;
    return coord > this.to ? this.to : coord;
  }

  set(next: View): void {
    this.wanted = null;
    this.touched = true;
    const { from, frac, span } = clampView(next, this.fold.length);
    // At a limit nothing changes, and nothing is painted.
    const same = from === this.now.from && frac === this.now.frac && span === this.now.span;
    if (!same) this.now = { from, frac, span };
  }

  zoomAt(factor: number, x: number): void {
    this.set(zoom(this.now, factor, x, this.width, this.minSpan, this.maxSpan));
  }

  scrollLanes(pixels: number): void {
    this.laneScroll = Math.min(Math.max(0, this.laneScroll + pixels), this.lanes.mostScroll);
  }

  panBy(pixels: number): void {
    this.set(pan(this.now, pixels, this.width));
  }

  /** Moves only as far as needed to have a place inside. */
  reveal(coord: bigint): void {
    const x = this.x(coord);
    if (x >= 0 && x <= this.width) return;
    this.centre(coord);
  }

  centre(coord: bigint): void {
    const { span } = this.now;
    this.set(normalise(toLine(this.fold, coord), -span / 2, span));
  }

  fit(): void {
    this.wanted = null;
    this.touched = false;
    this.now = fitView(this.fold.length);
  }

  /** Shows a range with a little air. */
  show(from: bigint, to: bigint): void {
    const a = toLine(this.fold, from);
    const length = Number(toLine(this.fold, to) - a);
    const span = Math.max(length * 1.1, this.minSpan);
    this.set(normalise(a, (length - span) / 2, span));
  }
}

export const view = new TimelineView();
