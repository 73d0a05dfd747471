/** The point at which state is shown; and the stream whose state it is. */
import type { AxisDto, DirectionDto, LaneByDto, PlaceDto, RowDto, StateDto } from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { Latest } from '../model/latest';
import { placeOfRow } from '../model/place';
import { Together } from '../model/together';
import { fromLine, toLine } from '../model/axis';
import { t } from '../i18n/index.svelte';
import { capOf } from '../keys/table';
import { call } from './backend';
import { filter } from './filter.svelte';
import { movedRow } from './growth';
import { hover } from './hover.svelte';
import type { Moved } from './growth';
import { perf } from './perf';
import { places } from './places.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { screen } from './screen.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

export interface Shown {
  place: PlaceDto;
  /** How many events of the list lie at or before it. */
  rank: number;
  /** The last of them. */
  row: RowDto | null;
}

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const MOST_STEPS_WAITING = 3;
/** At speed 1 the visible window passes in so many seconds. */
const SECONDS_A_WINDOW = 30;

interface Step {
  direction: DirectionDto;
  of: 'stream' | 'lane' | 'all';
  input: number | undefined;
}

/** Milliseconds for which the cursor waits for the state it stands at, so that both are painted at once. */
const TOGETHER = 8;

class Playhead {
  private here: PlaceDto | null = null;
  /** Counts the places that are drawn. */
  private drawn = $state(0);
  private draws = 0;
  state = $state.raw<StateDto | null>(null);
  /** Why the state could not be told. */
  problem = $state.raw<BackendError | null>(null);
  shown = $state.raw<Shown | null>(null);
  playing = $state(false);
  speed = $state(1);
  private readonly together = new Together(TOGETHER);

  /** Where it stands. What is drawn by it is told a little after a move, with the state there. */
  get place(): PlaceDto | null {
    void this.drawn;
    return this.here;
  }

  set place(place: PlaceDto | null) {
    this.here = place;
    this.draw();
  }

  private draw(): void {
    this.drawn = ++this.draws;
  }

  get coord(): bigint {
    return BigInt(this.place?.coord ?? '0');
  }

  /** Until it is moved it stands at the end, and the end may grow. */
  private atEnd = true;
  /** The position of the event it was moved to. */
  private stands: string | null = null;
  private steps: Step[] = [];
  /** When the reader moved it last. */
  movedAt = -Infinity;
  /** Whether the axis is being switched: what changes with it is one change. */
  switching = $state(false);
  /** The latest switch of it. */
  switched: Promise<void> = Promise.resolve();
  /** Counts the times it was set going, so that an old run ends when a new one begins. */
  private runs = 0;

  private readonly stateWish = new Latest<
    { place: PlaceDto; stream: number; seq: number; input: number },
    StateDto
  >(
    ({ place, stream }) =>
      call('state', {
        source: session.id,
        stream,
        place,
        projection: projection.chosen,
        before: hover.before,
      }),
    (state, { seq, input }) => {
      this.together.come('state', input, () => {
        // No stream is inspected any more.
        if (selection.stream === null) return;
        this.state = state;
        this.problem = null;
        this.offerStream();
        perf.painted('state', seq);
      });
    },
    (error) => {
      this.together.come('state', this.together.latest, () => {
        this.problem = toBackendError(error);
        perf.painted('state', Infinity);
      });
    },
  );

  /** The list in which `shown` was found, and how often the list has grown. */
  private list = '';
  private grew = 0;

  private readonly rankWish = new Latest<
    { place: PlaceDto; filter: number | null; list: string; input: number },
    Shown
  >(
    async ({ place, filter, list }) => {
      const before = this.shown;
      // The same rank in the same list is the same event.
      const known = before?.place.axis === place.axis && this.list === list ? before : null;
      const source = session.id;
      const { rank, row } = await call('reached', { source, filter, place, known: known?.rank ?? null });
      return { place, rank, row: rank === known?.rank ? known.row : row };
    },
    (shown, { list, input }) => {
      this.together.come('rank', input, () => {
        this.list = list;
        this.shown = shown;
        this.offerStream();
      });
    },
  );

  /** A stream the reader did not choose gives way when it has nothing to show here, and to the last one when all is read. */
  private offerStream(): void {
    const row = this.shown?.row ?? null;
    if (row === null || selection.absent !== null || (selection.stream !== null && selection.chosen)) return;
    // A filter narrows the list; what is inspected stays.
    if (filter.id !== null && selection.stream !== null) return;
    const empty = selection.stream === null || this.state?.included === 0;
    // In a tail every record may be of another stream: the first one stays.
    if (empty || (this.atEnd && !session.reading && !session.growing))
      selection.offerStream(row.streamKey, row.stream);
  }

  /** Moves to a place; `input` is when the reader asked for it. */
  move(place: PlaceDto, input?: number): void {
    this.atEnd = false;
    this.stands = null;
    this.set(place, input);
  }

  moveTo(coord: bigint, input?: number): void {
    this.move({ axis: preferences.now.axis, coord: String(view.clampCoord(coord)), ordinal: null }, input);
  }

  /** Jumps to an event: one can go back from there. */
  moveToRow(row: RowDto): void {
    places.leave();
    this.standAt(row);
    places.arrive();
  }

  private standAt(row: RowDto, input?: number): void {
    const place = placeOfRow(row, preferences.now.axis);
    if (place === null) return;
    this.move(place, input);
    this.stands = row.position;
    view.reveal(BigInt(place.coord));
  }

  private set(place: PlaceDto, input?: number): void {
    this.here = place;
    if (input !== undefined) this.movedAt = performance.now();
    const seq = perf.begin(input);
    this.together.begin(selection.stream === null ? ['rank'] : ['rank', 'state'], () => this.draw());
    this.ask(seq);
  }

  /** No stream's state is shown. */
  leaveState(): void {
    this.stateWish.reset();
    this.state = null;
    this.problem = null;
  }

  /** Asks anew for what depends on the place: after a move, a filter, another stream, a grown index. */
  ask(seq = 0): void {
    const { place } = this;
    if (place === null) return;
    const { id } = filter;
    const input = this.together.latest;
    this.rankWish.request({ place, filter: id, list: `${id ?? ''} ${this.grew}`, input });
    const { stream } = selection;
    if (stream !== null) this.stateWish.request({ place, stream: stream.key, seq, input });
    else perf.painted('state', seq);
  }

  /** The index or the filter changed. */
  grown(): void {
    const { axis } = preferences.now;
    this.grew++;
    // A tail takes it along only while the reader follows.
    const stays = session.growing && !preferences.now.follow && this.place?.axis === axis;
    if (stays) {
      this.ask();
      return;
    }
    if (
      this.place === null ||
      (this.atEnd && session.reading) ||
      (this.atEnd && this.place.coord !== String(view.to))
    ) {
      if (session.axisInfo !== null && session.axisInfo.events + (session.source?.index.events ?? 0) > 0) {
        this.place = { axis, coord: String(view.to), ordinal: null };
      }
    }
    this.ask();
  }

  /** The positions of the events it stands at and shows. */
  positions(): string[] {
    return [this.stands, this.shown?.row?.position].filter((p) => p != null);
  }

  /** Events have moved: it stands at the same one as before. */
  relocate(moved: Moved): void {
    const { place, shown } = this;
    if (shown?.row != null) this.shown = { ...shown, row: movedRow(shown.row, moved) };
    if (place === null) return;
    const ordinal = moved.get(this.stands ?? shown?.row?.position ?? '');
    if (ordinal === undefined) return;
    if (place.axis === 'log')
      this.place = { ...place, coord: String(ordinal), ordinal: place.ordinal === null ? null : ordinal };
    else if (place.ordinal !== null && this.stands !== null) this.place = { ...place, ordinal };
  }

  /** Stands at the same event on the other axis. */
  /** The last event up to here of all there are, whatever a filter keeps. */
  private async reachedOfAll(): Promise<{ rank: number; row: RowDto | null } | null> {
    const { place } = this;
    if (filter.id === null || place === null) return this.shown;
    return call('reached', { source: session.id, filter: null, place, known: null });
  }

  async switchAxis(axis: AxisDto): Promise<void> {
    if (axis === preferences.now.axis || session.source === null) return;
    this.pause();
    this.switching = true;
    this.switched = this.turnTo(axis).finally(() => (this.switching = false));
    await this.switched;
  }

  private async turnTo(axis: AxisDto): Promise<void> {
    const reached = await this.reachedOfAll();
    if (axis === preferences.now.axis || session.source === null) return;
    const row = reached?.row ?? null;
    const known = row === null ? null : placeOfRow(row, axis);
    // Without times there is no choice to remember.
    if (session.source.index.hasTime) preferences.chooseAxis(session.source.path, axis);
    preferences.now.axis = axis;
    // A range is one of its axis.
    view.range = null;
    const info = await call('axis_info', { source: session.id, axis, filter: filter.id });
    session.axisInfo = info;
    view.setAxis(info, axis);
    this.place = known ?? {
      axis,
      coord: reached?.rank === 0 ? String(view.from - 1n) : info.to,
      ordinal: null,
    };
    this.ask();
    session.update();
  }

  /** What is kept of it: `null` while it stands at the end, wherever that will be. */
  get kept(): { place: PlaceDto; position: string | null } | null {
    return this.place === null || this.atEnd ? null : { place: this.place, position: this.stands };
  }

  /** Stands where it stood when the source was last open. */
  restore(place: PlaceDto, position: string | null): void {
    this.move(place);
    this.stands = position;
  }

  start(): void {
    this.moveTo(view.from - 1n);
    view.reveal(view.from);
  }

  end(): void {
    this.moveTo(view.to);
    this.atEnd = true;
    view.reveal(view.to);
  }

  /** The next or previous event of the selected stream, of a lane, or of the list; one after the other. */
  async step(direction: DirectionDto, of: 'stream' | 'lane' | 'all', input?: number): Promise<void> {
    // A key held down must not leave a queue to walk through after its release.
    if (this.steps.length >= MOST_STEPS_WAITING) return;
    this.steps.push({ direction, of, input });
    if (this.steps.length > 1) return;
    for (let next = this.steps[0]; next !== undefined; next = this.steps[0]) {
      try {
        await this.stepOnce(next);
      } catch (error) {
        this.problem = toBackendError(error);
      }
      this.steps.shift();
    }
  }

  private async stepOnce({ direction, of, input }: Step): Promise<void> {
    const { place } = this;
    const lane = this.laneOf(of);
    if (place === null) return;
    if (of !== 'all' && lane === null) {
      if (of === 'stream' && selection.absent === null)
        screen.say(t('step.noStream', { key: capOf('streams') }));
      return;
    }
    const row = await call('step', {
      source: session.id,
      filter: of === 'all' ? filter.id : null,
      place,
      direction,
      by: lane?.by ?? 'category',
      lane: lane?.key ?? null,
    });
    if (row !== null) this.standAt(row, input);
    else if (direction === 'previous') this.start();
  }

  private laneOf(of: 'stream' | 'lane' | 'all'): { by: LaneByDto; key: number } | null {
    const row = this.state?.last ?? this.shown?.row ?? null;
    if (of === 'stream')
      return selection.stream === null ? null : { by: 'stream', key: selection.stream.key };
    if (of === 'all' || row === null) return null;
    const by = session.laneBy;
    return { by, key: by === 'category' ? row.categoryKey : by === 'type' ? row.typeKey : row.streamKey };
  }

  /** The next or previous event that changed the pinned field. */
  async nextChange(direction: DirectionDto): Promise<void> {
    const { place } = this;
    const { stream, pinned } = selection;
    if (pinned === null) screen.say(t('change.none'));
    if (place === null || stream === null || pinned === null) return;
    const row = await call('next_change', {
      source: session.id,
      stream: stream.key,
      path: pinned,
      place,
      direction,
      projection: projection.chosen,
    });
    if (row === null) screen.say(t(direction === 'next' ? 'change.last' : 'change.first'));
    else this.standAt(row);
  }

  togglePlay(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    // What came late, or failed on the way, is asked for once more: where it stops, all panels agree.
    this.ask();
  }

  private play(): void {
    if (this.place === null) return;
    this.playing = true;
    const run = ++this.runs;
    if (this.coord >= view.to) this.moveTo(view.from);
    let last: number | null = null;
    let rest = 0;
    const frame = (now: number): void => {
      if (!this.playing || run !== this.runs) return;
      if (last !== null) {
        rest += (Math.min(now - last, 100) / 1000 / SECONDS_A_WINDOW) * this.speed * view.now.span;
        const whole = BigInt(Math.floor(rest));
        if (whole > 0n) {
          rest -= Number(whole);
          this.moveTo(fromLine(view.fold, toLine(view.fold, this.coord) + whole));
          if (view.x(this.coord) > view.width) view.panBy(view.width * 0.9);
        }
      }
      last = now;
      if (this.coord >= view.to) this.pause();
      else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  changeSpeed(by: 1 | -1): void {
    // A speed that was typed lies between two steps, or beyond them.
    const next = by > 0 ? SPEEDS.find((s) => s > this.speed) : SPEEDS.findLast((s) => s < this.speed);
    this.speed = next ?? this.speed;
  }

  forget(): void {
    this.playing = false;
    this.stateWish.reset();
    this.rankWish.reset();
    this.together.reset();
    this.place = null;
    this.state = null;
    this.shown = null;
    this.problem = null;
    this.atEnd = true;
    this.stands = null;
    selection.forget();
  }
}

export const playhead = new Playhead();
