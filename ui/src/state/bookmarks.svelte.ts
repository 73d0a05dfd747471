/** The bookmarks of the open source: set at the selected event or the playhead, gone to, written on. */
import type { PlaceDto, RowDto } from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import { coordOn, inOrder, MOST, neighbour } from '../model/bookmarks';
import type { Bookmark } from '../model/bookmarks';
import type { Anchor } from '../model/kept';
import { rfc3339 } from '../model/time';
import { capOf } from '../keys/table';
import { call } from './backend';
import { findAgain } from './found';
import type { Moved } from './growth';
import { places } from './places.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { screen } from './screen.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

type Where = Pick<Bookmark, 'event' | 'time' | 'log'>;

const atRow = (row: RowDto): Where => ({
  event:
    row.position === null
      ? null
      : { position: row.position, stream: row.stream, type: row.type, version: row.version },
  time: row.timeNanos,
  log: String(row.ordinal),
});

const anchorOf = ({ event, log }: Bookmark): Anchor | null =>
  event === null ? null : { position: event.position, ordinal: Number(log ?? -1) };

/** The event at a place that stands at one; `null`: it stands at none. */
async function rowAt(place: PlaceDto): Promise<RowDto | null> {
  if (place.ordinal === null) return null;
  const reached = await call('reached', { source: session.id, filter: null, place, known: null }).catch(
    () => null,
  );
  return reached?.row?.ordinal === place.ordinal ? reached.row : null;
}

class Bookmarks {
  all = $state.raw<readonly Bookmark[]>([]);
  /** Those whose event is not where it was: the file is another one now. */
  lost = $state.raw<ReadonlySet<number>>(new Set());
  /** The one whose note is being written, and whether it is new. */
  editing = $state.raw<{ bookmark: Bookmark; fresh: boolean } | null>(null);
  /** Whether they are listed. */
  listed = $state(false);
  /** Without one that is being set: that may be given up yet. */
  settled: readonly Bookmark[] = $derived.by(() => {
    const fresh = this.editing?.fresh === true ? this.editing.bookmark.id : null;
    return fresh === null ? this.all : this.all.filter((b) => b.id !== fresh);
  });
  inOrder: readonly Bookmark[] = $derived(inOrder(this.all, preferences.now.axis));
  /** The one that was gone to last. */
  private current: number | null = null;
  private age = 0;

  /** The bookmark that stands where another one would. */
  private at(where: Where): Bookmark | undefined {
    const { event, time, log } = where;
    if (event !== null) return this.all.find((b) => b.event?.position === event.position);
    return this.all.find((b) => b.event === null && b.time === time && b.log === log);
  }

  /** Sets one at the selected event, else at the playhead; where one is, its note is opened. */
  async set(): Promise<void> {
    const { place } = playhead;
    if (place === null) return;
    const { axis } = place;
    const { shown } = playhead;
    const stands = place.ordinal !== null && shown?.row?.ordinal === place.ordinal ? shown.row : null;
    const { age } = this;
    // Right after a jump what is shown is of the place before.
    const row = selection.row ?? stands ?? (await rowAt(place));
    let where: Where;
    if (age !== this.age) return;
    if (row !== null) where = atRow(row);
    else if (axis === 'log') where = { event: null, log: place.coord, time: shown?.row?.timeNanos ?? null };
    else {
      // On the other axis it stands where that moment is; where that cannot be told, it does not stand there.
      const point = rfc3339(BigInt(place.coord));
      const other = await call('resolve_point', {
        source: session.id,
        axis: 'log',
        stream: null,
        point,
      }).catch(() => null);
      where = { event: null, time: place.coord, log: other?.coord ?? null };
    }
    if (age !== this.age) return;
    const known = this.at(where);
    if (known !== undefined) {
      this.editing = { bookmark: known, fresh: false };
      return;
    }
    if (this.all.length >= MOST) {
      screen.say(t('bookmark.most', { n: MOST }));
      return;
    }
    const id = this.all.reduce((most, b) => Math.max(most, b.id), 0) + 1;
    const bookmark: Bookmark = { id, note: '', ...where };
    this.all = [...this.all, bookmark];
    this.current = id;
    this.editing = { bookmark, fresh: true };
  }

  edit(bookmark: Bookmark): void {
    this.editing = { bookmark, fresh: false };
  }

  write(id: number, note: string): void {
    this.all = this.all.map((b) => (b.id === id ? { ...b, note } : b));
  }

  remove(id: number): void {
    this.all = this.all.filter((b) => b.id !== id);
    this.lost = new Set([...this.lost].filter((l) => l !== id));
  }

  step(by: 1 | -1): void {
    const next = neighbour(this.all, preferences.now.axis, playhead.coord, by, this.current);
    if (next !== null) void this.goTo(next);
    else
      screen.say(
        this.all.length === 0 ? t('bookmark.none', { key: capOf('bookmark') }) : t('bookmark.notHere'),
      );
  }

  async goTo(bookmark: Bookmark): Promise<void> {
    const { axis } = preferences.now;
    const coord = coordOn(bookmark, axis);
    const { event } = bookmark;
    this.current = bookmark.id;
    try {
      if (event !== null && !this.lost.has(bookmark.id)) {
        const [row] = await findAgain(session.id, [anchorOf(bookmark)]);
        if (row != null) {
          await screen.goToEvent(row.ordinal);
          return;
        }
      }
      if (coord === null) {
        screen.say(t('bookmark.notOnAxis'));
        return;
      }
      places.leave();
      selection.row = null;
      playhead.move({ axis, coord: String(coord), ordinal: null });
      view.reveal(coord);
      places.arrive();
    } catch (error) {
      screen.say(told(toBackendError(error)));
    }
  }

  /** Those there were, with their notes; where they stand may be known better by now. */
  bringBack(were: readonly Bookmark[]): void {
    const now = new Map(this.all.map((b) => [b.id, b]));
    const returns = were.some((b) => !now.has(b.id) && b.event !== null);
    this.all = were.map((b) => ({ ...(now.get(b.id) ?? b), note: b.note }));
    this.lost = new Set([...this.lost].filter((id) => this.all.some((b) => b.id === id)));
    // Meanwhile events may have moved.
    if (returns) this.check().catch((error: unknown) => screen.say(told(toBackendError(error))));
  }

  /** Those that were kept. */
  restore(all: readonly Bookmark[]): void {
    this.age++;
    this.all = all;
    this.lost = new Set();
    this.current = null;
  }

  /** Looks whether each stands at the event it was set at: the file may be another one. */
  async check(): Promise<void> {
    const { age } = this;
    const marked = this.all.filter((b) => b.event !== null);
    const found = await findAgain(session.id, marked.map(anchorOf));
    if (age !== this.age) return;
    const lost = new Set<number>();
    const rows = new Map<number, RowDto>();
    for (const [i, { id, event }] of marked.entries()) {
      const row = found[i];
      if (event === null) continue;
      if (row == null || row.stream !== event.stream || row.type !== event.type) lost.add(id);
      else rows.set(id, row);
    }
    this.lost = lost;
    this.all = this.all.map((b) => {
      const row = rows.get(b.id);
      return row === undefined ? b : { ...b, ...atRow(row) };
    });
    if (lost.size > 0) screen.say(t('bookmark.lost', { n: lost.size }));
  }

  /** The positions of the events they stand at. */
  positions(): string[] {
    return this.all.flatMap(({ event }) => event?.position ?? []);
  }

  /** Events have moved. */
  relocate(moved: Moved): void {
    if (this.all.length === 0) return;
    this.all = this.all.map((b) => {
      const ordinal = b.event === null ? undefined : moved.get(b.event.position);
      return ordinal === undefined ? b : { ...b, log: String(ordinal) };
    });
  }

  forget(): void {
    this.restore([]);
    this.editing = null;
    this.listed = false;
  }
}

export const bookmarks = new Bookmarks();
