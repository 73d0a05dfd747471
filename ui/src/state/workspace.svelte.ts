/** What is seen of the open source, kept soon after each change and there again when it is next opened. */
import type { RowDto, SourceDto } from '../ipc/contract';
import { readKept } from '../model/kept';
import type { Anchor, Kept, KeptPlace } from '../model/kept';
import { dark } from '../theme/tokens';
import { call } from './backend';
import { bookmarks } from './bookmarks.svelte';
import { comparison } from './comparison.svelte';
import type { Mark } from './comparison.svelte';
import { filter } from './filter.svelte';
import { findAgain } from './found';
import { lanes } from './lanes.svelte';
import { placeOfRow } from '../model/place';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { validTimes } from './validTimes.svelte';
import { view } from './view.svelte';
import { watches } from './watches.svelte';

/** Milliseconds after the last change at which it is kept, and for which what goes on changing is not. */
const [SOON, SELDOM] = [300, 1000];

const keptMark = (mark: Mark | null): KeptPlace | null =>
  mark === null ? null : { place: mark.place, position: mark.row?.position ?? null };

/** The event that was stood at; a place of no event is none. */
const anchorOf = (kept: KeptPlace | null): Anchor | null =>
  kept === null || kept.position === null
    ? null
    : { position: kept.position, ordinal: kept.place.ordinal ?? Number(kept.place.coord) };

class Workspace {
  private of: { path: string; store: number } | null = null;
  /** What is still to be put back: until then it is kept as it was. */
  private waiting = $state.raw<Kept | null>(null);
  private written = '';
  private latest: Kept | null = null;
  /** What is being kept. */
  private going: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When the first of the changes came that are not kept yet. */
  private since = 0;

  /** What was seen of a source when it was last open. */
  async load(source: SourceDto): Promise<Kept | null> {
    const { path, store } = source;
    // Without it all is as at first.
    const text = await call('workspace', { path, store: store.index }).catch(() => null);
    return readKept(text, dark.lanes.length);
  }

  /** Shows what was seen again: what can be at once, the rest when all has been read. */
  async begin(source: SourceDto, kept: Kept | null): Promise<void> {
    this.of = { path: source.path, store: source.store.index };
    this.written = '';
    this.latest = null;
    this.waiting = kept;
    if (kept === null) return;
    this.atOnce(kept);
    await session.read();
    if (session.source?.id !== source.id) return;
    try {
      await this.whenRead(kept);
    } finally {
      if (session.source?.id === source.id) this.waiting = null;
    }
  }

  private atOnce(kept: Kept): void {
    const now = preferences.now;
    if (session.source?.index.hasTime !== false) now.axis = kept.axis;
    now.laneBy = kept.laneBy;
    now.foldGaps = kept.foldGaps;
    now.scale = kept.scale;
    lanes.restore(kept.lanes);
    bookmarks.restore(kept.bookmarks);
    watches.restore(kept.watches);
    validTimes.on = kept.validTimes;
    view.laneScroll = kept.laneScroll;
    view.see(kept.view);
    selection.tab = kept.tab;
    comparison.fromText = kept.fromText;
    comparison.toText = kept.toText;
    if (kept.range?.axis === now.axis)
      view.range = { from: BigInt(kept.range.from), to: BigInt(kept.range.to) };
    if (kept.playhead?.place.axis === now.axis) playhead.restore(kept.playhead.place, null);
    session.update();
    if (kept.filter !== '') void filter.apply(kept.filter);
  }

  /** Whether the reader moved the playhead since. */
  private hasMoved(kept: Kept): boolean {
    const now = playhead.kept;
    return now !== null && now.place !== kept.playhead?.place;
  }

  private async whenRead(kept: Kept): Promise<void> {
    const source = session.id;
    const moved = this.hasMoved(kept);
    const [at, selected, from, to] = await findAgain(source, [
      moved ? null : anchorOf(kept.playhead),
      kept.selected,
      anchorOf(kept.from),
      anchorOf(kept.to),
    ]);
    if (source !== session.id) return;
    const { axis } = preferences.now;
    if (at != null && kept.playhead !== null) {
      const place = placeOfRow(at, axis);
      if (place !== null) playhead.restore(place, kept.playhead.position);
    }
    const mark = (point: KeptPlace | null, row: RowDto | null | undefined): Mark | null => {
      if (point === null) return null;
      const place = row == null ? null : placeOfRow(row, point.place.axis);
      return { place: place ?? point.place, row: row ?? null };
    };
    comparison.from = mark(kept.from, from);
    comparison.to = mark(kept.to, to);
    if (!selection.chosen && kept.stream !== null) {
      const query = kept.stream;
      const { streams } = await call('streams', { source, query, offset: 0, limit: 1 });
      const [found] = streams;
      if (source !== session.id) return;
      if (found?.name === kept.stream && !selection.chosen) {
        if (kept.chosen) selection.chooseStream(found.key, found.name);
        else selection.offerStream(found.key, found.name);
        selection.row = selected ?? null;
        selection.pinned = kept.pinned;
      }
    }
    await bookmarks.check();
  }

  private look(): Kept {
    const { axis, foldGaps, scale } = preferences.now;
    const { range } = view;
    const { row } = selection;
    const { waiting } = this;
    const stands = waiting === null || selection.chosen;
    return {
      axis,
      laneBy: session.laneChoice,
      foldGaps,
      scale,
      view: waiting !== null && view.seen === null ? waiting.view : view.seen,
      laneScroll: view.laneScroll,
      range: range === null ? null : { axis, from: String(range.from), to: String(range.to) },
      playhead: waiting === null || this.hasMoved(waiting) ? playhead.kept : waiting.playhead,
      filter: filter.applied?.text ?? (waiting === null ? '' : waiting.filter),
      stream: stands ? (selection.stream?.name ?? null) : waiting.stream,
      chosen: stands ? selection.chosen : waiting.chosen,
      selected: waiting?.selected ?? (row === null ? null : { position: row.position, ordinal: row.ordinal }),
      pinned: waiting?.pinned ?? selection.pinned,
      tab: selection.tab,
      from: waiting?.from ?? keptMark(comparison.from),
      to: waiting?.to ?? keptMark(comparison.to),
      fromText: comparison.fromText,
      toText: comparison.toText,
      bookmarks: bookmarks.all,
      lanes: lanes.by,
      watches: watches.all,
      validTimes: validTimes.on,
    };
  }

  /** Runs inside an effect: keeps what changed, a little later. */
  track(): void {
    if (session.source === null || session.axisInfo === null || this.of === null) return;
    // This is once a frame while one scrubs: it becomes a text when it is written.
    this.latest = this.look();
    // What is there at first is no choice of anybody's.
    if (this.written === '') this.written = JSON.stringify(this.latest);
    const now = performance.now();
    if (this.timer === undefined) this.since = now;
    clearTimeout(this.timer);
    const pause = Math.max(0, Math.min(SOON, this.since + SELDOM - now));
    this.timer = setTimeout(() => void this.write(), pause);
  }

  /** Keeps what is seen now, at once. */
  async keep(): Promise<void> {
    if (session.source !== null && session.axisInfo !== null && this.of !== null) this.latest = this.look();
    await this.write();
  }

  private async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { of, latest } = this;
    if (of === null || latest === null) return;
    const json = JSON.stringify(latest);
    if (json !== this.written) {
      const before = this.written;
      this.written = json;
      // One after the other, so that the last one stays.
      this.going = this.going.then(() =>
        call('save_workspace', { ...of, json }).then(
          () => undefined,
          () => {
            // Not being able to keep it is no reason to disturb: it is tried again with the next change.
            if (this.written === json) this.written = before;
          },
        ),
      );
    }
    await this.going;
  }

  /** The source is closed. */
  end(): void {
    void this.write();
    this.of = null;
    this.waiting = null;
  }
}

export const workspace = new Workspace();
