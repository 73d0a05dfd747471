/** The open source compared with another file: how far that is, what was found, and which finding one looks at. */
import type {
  AxisDto,
  CompareOptionsDto,
  ComparisonDto,
  FindingDto,
  FindingEvidenceDto,
  FindingListDto,
  FindingStatusDto,
  IdentityDto,
} from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { Latest } from '../model/latest';
import { call, on } from './backend';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

export const STATUSES: readonly FindingStatusDto[] = ['confirmed', 'pending', 'healed', 'outOfCoverage'];

/** What the form says, as it is written there. */
export interface Form {
  path: string;
  /** Seconds. */
  lag: string;
  settled: boolean;
  /** Pointers, apart by spaces, commas or lines. */
  ignore: string;
  identity: IdentityDto;
}

const FORM: Form = { path: '', lag: '30', settled: false, ignore: '', identity: 'auto' };

/** Milliseconds of a number of seconds; `null`: it is none. */
export function lagOf(text: string): bigint | null {
  const found = /^\s*(\d{1,9})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (found === null) return null;
  return BigInt(found[1] ?? '0') * 1000n + BigInt((found[2] ?? '').padEnd(3, '0'));
}

/** The options a form stands for; `null`: something in it cannot be read. */
export function optionsOf(form: Form): CompareOptionsDto | null {
  const lag = lagOf(form.lag);
  if (lag === null) return null;
  return {
    lagToleranceMs: String(lag),
    settled: form.settled,
    ignore: form.ignore.split(/[\s,]+/).filter((part) => part !== ''),
    identity: form.identity,
  };
}

interface Look {
  comparison: number;
  list: FindingListDto;
  /** Which list that is. */
  lists: number;
  at: number;
}

class Compare {
  /** What the form says; it stays when the form is closed. */
  readonly form = $state<Form>({ ...FORM });
  /** Whether the form is shown. */
  asking = $state(false);
  now = $state.raw<ComparisonDto | null>(null);
  /** Why it could not be begun. */
  error = $state.raw<BackendError | null>(null);
  starting = $state(false);
  /** Whether the drawer is shown. */
  open = $state(true);
  hiddenCategories = $state.raw<readonly string[]>([]);
  hiddenStatuses = $state.raw<readonly FindingStatusDto[]>(['outOfCoverage']);
  grouped = $state(true);
  list: FindingListDto = $derived({
    hiddenCategories: [...this.hiddenCategories],
    hiddenStatuses: [...this.hiddenStatuses],
    grouped: this.grouped,
  });
  /** The place in the list of the finding that is looked at. */
  at = $state<number | null>(null);
  evidence = $state.raw<FindingEvidenceDto | null>(null);
  /** Why the evidence cannot be shown. */
  problem = $state.raw<BackendError | null>(null);
  /** Findings of each category and of each status, as far as the other toggles show them. */
  byCategory: ReadonlyMap<string, number> = $derived.by(() => {
    const shown = STATUSES.filter((s) => !this.hiddenStatuses.includes(s));
    const counts = this.now?.summary?.counts ?? [];
    return new Map(counts.map((count) => [count.category, shown.reduce((sum, s) => sum + count[s], 0)]));
  });
  byStatus: ReadonlyMap<FindingStatusDto, number> = $derived.by(() => {
    const shown = (this.now?.summary?.counts ?? []).filter(
      (c) => !this.hiddenCategories.includes(c.category),
    );
    return new Map(STATUSES.map((s) => [s, shown.reduce((sum, count) => sum + count[s], 0)]));
  });
  /** How many findings the list holds. */
  total: number = $derived(
    [...this.byCategory].reduce((sum, [c, n]) => (this.hiddenCategories.includes(c) ? sum : sum + n), 0),
  );
  private age = 0;
  /** Counts the lists there were. */
  private lists = 0;
  private end: (() => void) | null = null;

  private readonly status = new Latest<number, ComparisonDto>(
    (comparison) => call('compare_status', { comparison }),
    (now) => this.take(now),
  );

  private readonly look = new Latest<Look, FindingEvidenceDto | null>(
    async ({ at, list, comparison }) => {
      const { findings } = await call('findings', { comparison, list, offset: at, limit: 1 });
      const [found] = findings;
      return found === undefined ? null : call('finding', { comparison, number: found.number });
    },
    (evidence, { at, lists }) => {
      const listed = lists === this.lists;
      // A key held down leaves some out: the one it stopped at counts.
      if (listed ? at !== this.at : this.at !== null) return;
      this.evidence = evidence;
      this.problem = null;
      if (!listed) this.locate();
      if (evidence !== null) void this.goTo(evidence.finding);
    },
    (error) => {
      this.evidence = null;
      this.problem = toBackendError(error);
    },
  );

  get running(): boolean {
    return this.starting || this.now?.state === 'running';
  }

  /** Whether there is anything to show below the timeline. */
  get shown(): boolean {
    return this.open && (this.now !== null || this.starting || this.error !== null);
  }

  ask(): void {
    if (session.source !== null) this.asking = true;
  }

  async browse(): Promise<void> {
    try {
      const path = await call('pick_file', {});
      if (path !== null) this.form.path = path;
    } catch (error) {
      this.error = toBackendError(error);
    }
  }

  /** Begins what the form says. */
  async start(): Promise<void> {
    const options = optionsOf(this.form);
    const right = this.form.path.trim();
    if (session.source === null || options === null || right === '') return;
    this.drop();
    const age = ++this.age;
    this.asking = false;
    this.open = true;
    this.starting = true;
    this.error = null;
    try {
      const now = await call('compare_start', { source: session.id, right, options });
      if (age !== this.age) {
        call('compare_close', { comparison: now.id }).catch(() => undefined);
        return;
      }
      this.end = on('comparison', ({ comparison }) => {
        if (comparison === this.now?.id) this.status.request(comparison);
      });
      this.take(now);
      // It may have ended between the answer and the subscription.
      this.status.request(now.id);
    } catch (error) {
      if (age === this.age) this.error = toBackendError(error);
    } finally {
      if (age === this.age) this.starting = false;
    }
  }

  cancel(): void {
    if (this.starting) {
      this.age++;
      this.starting = false;
      call('cancel_opening', {}).catch(() => undefined);
    }
    if (this.now?.state === 'running') {
      const { id } = this.now;
      call('compare_cancel', { comparison: id }).then(
        () => this.status.request(id),
        () => undefined,
      );
    }
  }

  private take(now: ComparisonDto): void {
    const ended = this.now?.state !== 'done' && now.state === 'done';
    this.now = now;
    if (ended && this.at === null && this.total > 0) this.at = 0;
    if (ended && this.at !== null) this.choose(this.at);
  }

  /** The index grew, or was read anew: whether one can go to the left events may have changed. */
  grown(): void {
    if (this.now?.state === 'done') this.status.request(this.now.id);
  }

  /** Looks at the finding at a place of the list. */
  choose(at: number): void {
    const { now } = this;
    if (now?.state !== 'done' || this.total === 0) return;
    this.at = Math.min(Math.max(0, at), this.total - 1);
    this.look.request({ at: this.at, list: this.list, lists: this.lists, comparison: now.id });
  }

  /** The next or previous finding; from the last on to the first, said by the place in the list. */
  step(by: 1 | -1): void {
    const { at, total } = this;
    if (total === 0) return;
    this.open = true;
    this.choose(at === null ? (by > 0 ? 0 : total - 1) : (at + by + total) % total);
  }

  /** Looks at the finding that stands nearest to a place of the axis. */
  async chooseNear(axis: AxisDto, coord: bigint): Promise<void> {
    const { now, list } = this;
    if (now?.state !== 'done') return;
    const at = await call('finding_near', { comparison: now.id, list, axis, coord: String(coord) });
    this.open = true;
    if (at !== null) this.choose(at);
  }

  toggleCategory(category: string): void {
    const { hiddenCategories: hidden } = this;
    this.narrow(() => {
      this.hiddenCategories = hidden.includes(category)
        ? hidden.filter((c) => c !== category)
        : [...hidden, category];
    });
  }

  /** The category at a place among those that occur. */
  toggleNth(n: number): void {
    const category = this.now?.summary?.counts[n - 1]?.category;
    if (category !== undefined) this.toggleCategory(category);
  }

  toggleStatus(status: FindingStatusDto): void {
    const { hiddenStatuses: hidden } = this;
    this.narrow(() => {
      this.hiddenStatuses = hidden.includes(status)
        ? hidden.filter((s) => s !== status)
        : [...hidden, status];
    });
  }

  regroup(grouped: boolean): void {
    this.narrow(() => (this.grouped = grouped));
  }

  /** Another list: what one looks at stays in sight, at another place or at none. */
  private narrow(change: () => void): void {
    change();
    this.lists++;
    this.at = null;
    this.locate();
  }

  /** Finds the place of what one looks at in the list there is now. */
  private locate(): void {
    const { now, list, lists, evidence } = this;
    if (now === null || evidence === null) return;
    call('finding_place', { comparison: now.id, list, number: evidence.finding.number }).then(
      (at) => {
        // Who chose another one meanwhile wants that.
        if (this.evidence === evidence && this.lists === lists && this.at === null) this.at = at;
      },
      () => undefined,
    );
  }

  /** Goes to where a finding stands: to its left event; without one, to its moment. */
  private async goTo(finding: FindingDto): Promise<void> {
    const { axis } = preferences.now;
    const aligned = this.now?.summary?.aligned === true;
    try {
      if (finding.left !== null && aligned) {
        const { row } = await call('event', { source: session.id, ordinal: finding.left.ordinal });
        if (this.evidence?.finding !== finding) return;
        selection.choose(row);
        playhead.moveToRow(row);
        return;
      }
      selection.row = null;
      const coord = axis === 'time' ? finding.atTime : finding.atLog;
      if (coord !== null) {
        playhead.move({ axis, coord, ordinal: null });
        view.reveal(BigInt(coord));
      }
      if (finding.stream === '') return;
      const { streams } = await call('streams', {
        source: session.id,
        query: finding.stream,
        offset: 0,
        limit: 1,
      });
      const [found] = streams;
      if (found?.name === finding.stream && this.evidence?.finding === finding)
        selection.chooseStream(found.key, found.name);
    } catch (error) {
      this.problem = toBackendError(error);
    }
  }

  private drop(): void {
    this.end?.();
    this.end = null;
    const { now } = this;
    this.now = null;
    this.at = null;
    this.evidence = null;
    this.problem = null;
    this.status.reset();
    this.look.reset();
    if (now !== null) call('compare_close', { comparison: now.id }).catch(() => undefined);
  }

  /** Ends the comparison. */
  close(): void {
    this.cancel();
    this.forget();
  }

  forget(): void {
    this.age++;
    this.drop();
    this.starting = false;
    this.asking = false;
    this.error = null;
    this.open = true;
    this.hiddenCategories = [];
    this.hiddenStatuses = ['outOfCoverage'];
    this.grouped = true;
  }
}

export const compare = new Compare();
