/**
 * Undo and redo of what is seen: zoom and pan, axis, lanes and lanes of values, filter, range, folds, scale, valid times, columns, bookmarks.
 * Moving the playhead changes no view.
 */
import { flushSync } from 'svelte';
import type { AxisDto, LaneByDto } from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import type { Arrangement } from '../model/arrangement';
import { Undo } from '../model/undo';
import type { Bookmark } from '../model/bookmarks';
import type { Column } from '../model/columnChoice';
import type { Watch } from '../model/kept';
import { bookmarks } from './bookmarks.svelte';
import { columns } from './columns.svelte';
import { filter } from './filter.svelte';
import { lanes } from './lanes.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { screen } from './screen.svelte';
import { session } from './session.svelte';
import { validTimes } from './validTimes.svelte';
import { view } from './view.svelte';
import type { Seen } from './view.svelte';
import { watches } from './watches.svelte';

interface Look {
  view: Seen | null;
  axis: AxisDto;
  laneBy: LaneByDto;
  lanes: Record<LaneByDto, Arrangement>;
  filter: string;
  foldGaps: boolean;
  scale: 'sqrt' | 'linear';
  bookmarks: readonly Bookmark[];
  watches: readonly Watch[];
  validTimes: boolean;
  columns: readonly Column[] | null;
  range: { from: bigint; to: bigint } | null;
}

const sameView = (a: Seen | null, b: Seen | null): boolean =>
  a === b || (a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));

/** Whether there are the same bookmarks with the same notes: where they stand is found again as events move. */
const sameMarks = (a: Look, b: Look): boolean => {
  const told = ({ bookmarks }: Look): string => JSON.stringify(bookmarks.map(({ id, note }) => [id, note]));
  return a.bookmarks === b.bookmarks || told(a) === told(b);
};

/** Whether lanes were only moved. */
function onlyMoved(a: Look, b: Look): boolean {
  const [before, after] = [a.lanes[a.laneBy], b.lanes[b.laneBy]];
  return JSON.stringify({ ...before, order: [] }) === JSON.stringify({ ...after, order: [] });
}

const widthless = ({ columns }: Look): string => JSON.stringify(columns?.map(({ id }) => id) ?? null);

const sameRange = (a: Look['range'], b: Look['range']): boolean => a?.from === b?.from && a?.to === b?.to;

/** What of a change goes on, as dragging does: without a pause it is one step. */
const GOES_ON = ['view', 'order', 'widths', 'range'];

/** What differs; the view moves with most other changes and is no change of its own then. */
function kindOf(a: Look, b: Look): string | null {
  const parts = ['axis', 'laneBy', 'lanes', 'filter', 'foldGaps', 'scale', 'watches', 'validTimes'] as const;
  const other = parts.find((part) => a[part] !== b[part]);
  if (other === 'lanes' && onlyMoved(a, b)) return 'order';
  if (other !== undefined) return other;
  if (!sameMarks(a, b)) return 'bookmarks';
  if (a.columns !== b.columns) return widthless(a) === widthless(b) ? 'widths' : 'columns';
  if (!sameRange(a.range, b.range)) return 'range';
  return sameView(a.view, b.view) ? null : 'view';
}

/** So many steps may wait for the one before. */
const MOST_WAITING = 3;

class Changes {
  private readonly undone = new Undo<Look>();
  private last: Look | null = null;
  private steps = 0;
  /** How much is being put back. */
  private busy = 0;
  private queue: Promise<void> = Promise.resolve();

  private look(): Look {
    const { axis, foldGaps, scale } = preferences.now;
    return {
      view: view.seen,
      axis,
      laneBy: session.laneChoice,
      lanes: lanes.by,
      filter: filter.applied?.text ?? '',
      foldGaps,
      scale,
      bookmarks: bookmarks.settled,
      watches: watches.all,
      validTimes: validTimes.on,
      columns: columns.chosen,
      range: view.range,
    };
  }

  /** Runs inside an effect: notes what the reader changed. */
  track(): void {
    const next = this.look();
    // What comes about while a source is read is nobody's doing, nor is what is put back.
    if (session.source === null || session.axisInfo === null || session.reading || this.busy > 0) {
      this.last = null;
      return;
    }
    // The view and the range follow the axis when its answer is there.
    if (playhead.switching) return;
    if (this.last === null) this.undone.rebase(next);
    else {
      const kind = kindOf(this.last, next);
      const goesOn = kind === null || GOES_ON.includes(kind);
      this.undone.note(next, goesOn ? kind : `${kind} ${++this.steps}`, performance.now());
    }
    this.last = next;
  }

  undo(): void {
    this.enqueue('undo');
  }

  redo(): void {
    this.enqueue('redo');
  }

  /** One after the other, for what is put back may take an answer; a key held down leaves no queue behind. */
  private enqueue(way: 'undo' | 'redo'): void {
    if (this.busy >= MOST_WAITING) return;
    if (playhead.switching) {
      // What is about to be there is what is taken back.
      const after = (): void => this.enqueue(way);
      playhead.switched.then(after, after);
      return;
    }
    // What was changed just now is noted first.
    flushSync();
    this.busy++;
    this.last = null;
    this.queue = this.queue.then(() => this.turn(way));
  }

  private async turn(way: 'undo' | 'redo'): Promise<void> {
    const look = this.undone[way]();
    if (look === null) {
      screen.say(t(way === 'undo' ? 'undo.none' : 'redo.none'));
      this.busy--;
      return;
    }
    const source = session.id;
    const now = this.look();
    // What changes what is asked of the program is awaited, so that the view is put back over it.
    const asks = now.axis !== look.axis || now.laneBy !== look.laneBy || now.filter !== look.filter;
    try {
      await playhead.switchAxis(look.axis);
      view.range = look.range;
      if (session.laneChoice !== look.laneBy) session.chooseLanes(look.laneBy);
      lanes.restore(look.lanes);
      if (preferences.now.foldGaps !== look.foldGaps) view.toggleFold();
      preferences.now.scale = look.scale;
      watches.restore(look.watches);
      validTimes.on = look.validTimes;
      if (columns.chosen !== look.columns) columns.restore(look.columns);
      if (!sameMarks(now, look)) bookmarks.bringBack(look.bookmarks);
      if ((filter.applied?.text ?? '') !== look.filter) await filter.apply(look.filter);
      if (asks) await session.settled();
      if (source === session.id) view.see(look.view);
    } catch (error) {
      screen.say(told(toBackendError(error)));
    } finally {
      this.busy--;
      this.last = source === session.id ? this.look() : null;
      if (this.last !== null) this.undone.rebase(this.last);
    }
  }

  forget(): void {
    this.undone.clear();
    this.last = null;
  }
}

export const changes = new Changes();
