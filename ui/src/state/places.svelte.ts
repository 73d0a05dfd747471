/** Back and forward between the places one jumped to: events, findings, bookmarks, streams. Scrubs and steps are no jumps. */
import type { PlaceDto, RowDto } from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import { Trail } from '../model/trail';
import { findAgain } from './found';
import { placeOfRow } from '../model/place';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { screen } from './screen.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

/** Where one was, and what was inspected there. */
interface Visit {
  place: PlaceDto;
  /** The position of the event that was stood at. */
  position: string | null;
  stream: { key: number; name: string } | null;
  row: RowDto | null;
}

const same = (a: Visit, b: Visit): boolean =>
  a.place.axis === b.place.axis &&
  a.place.coord === b.place.coord &&
  a.place.ordinal === b.place.ordinal &&
  a.stream?.key === b.stream?.key;

class Places {
  private readonly trail = new Trail<Visit>(same);
  /** What is left by what goes on now. */
  private left: Visit | null = null;
  /** Whether one goes along the trail: that adds nothing to it. */
  private going = false;

  private here(): Visit | null {
    const { place } = playhead;
    if (place === null) return null;
    const at = playhead.shown?.row ?? null;
    const position = at !== null && at.ordinal === place.ordinal ? at.position : null;
    return { place, position, stream: selection.stream, row: selection.row };
  }

  /** Before a jump; what follows at once belongs to it. */
  leave(): void {
    if (this.left !== null || this.going) return;
    this.left = this.here();
    queueMicrotask(() => (this.left = null));
  }

  /** After a jump that `leave` began. */
  arrive(): void {
    const { left } = this;
    const here = this.here();
    if (left === null || here === null || this.going) return;
    this.trail.jump(left, here);
  }

  /** Chooses a stream: one can go back from there. */
  toStream(key: number, name: string): void {
    selection.chooseStream(key, name);
    this.arrive();
  }

  back(): void {
    void this.go(-1);
  }

  forward(): void {
    void this.go(1);
  }

  private async go(by: 1 | -1): Promise<void> {
    const here = this.here();
    const visit = here === null ? null : this.trail.go(by, here);
    if (visit === null) {
      screen.say(t(by < 0 ? 'places.first' : 'places.last'));
      return;
    }
    playhead.pause();
    const { axis } = preferences.now;
    const source = session.id;
    // An event is found again by its position; a place of the other axis is that of its event, or its moment's.
    const { position, place: was } = visit;
    const anchor = position === null || was.ordinal === null ? null : { position, ordinal: was.ordinal };
    const [row = null] = await findAgain(source, [anchor]).catch(() => [null]);
    if (source !== session.id) return;
    if (row === null && visit.place.axis !== axis) await playhead.switchAxis(visit.place.axis);
    const place = (row === null ? null : placeOfRow(row, axis)) ?? visit.place;
    this.going = true;
    try {
      if (visit.stream !== null) selection.chooseStream(visit.stream.key, visit.stream.name);
      selection.row = visit.row;
      if (row !== null) playhead.moveToRow(row);
      else playhead.move(place);
      view.reveal(BigInt(place.coord));
    } finally {
      this.going = false;
    }
  }

  forget(): void {
    this.trail.clear();
    this.left = null;
  }
}

export const places = new Places();
