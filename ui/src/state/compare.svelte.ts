/** The open source compared with another file: how far that is, what was found, and which finding one looks at. */
import type {
  AxisDto,
  ComparisonDto,
  ComparisonSummaryDto,
  FindingDto,
  FindingEvidenceDto,
  FindingListDto,
  FindingStatusDto,
  KnownDto,
  ModeDto,
  RuleDto,
} from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { Latest } from '../model/latest';
import { toggled } from '../model/toggled';
import { call, on } from './backend';
import { byCategory, byStatus, totalOf } from './compareCounts';
import { FORM, optionsOf } from './compareForm';
import type { Form } from './compareForm';
import { TABS } from './compareTabs';
import type { AsKnown, CompareTab, KnownBy, Look } from './compareTabs';
import { showFinding } from './findingPlace';
import { preferences } from './preferences.svelte';
import { screen } from './screen.svelte';
import { session } from './session.svelte';

export { STATUSES } from './compareCounts';

/** Milliseconds a form stays when it was sent. */
const FORM_STAYS = 200;

class Compare {
  /** What the form says; it stays when the form is closed. */
  form = $state<Form>({ ...FORM });
  /** Whether the form is shown. */
  asking = $state(false);
  /** Whether that of rules is. */
  askingRules = $state(false);
  now = $state.raw<ComparisonDto | null>(null);
  /** Why it could not be begun. */
  error = $state.raw<BackendError | null>(null);
  starting = $state(false);
  /** What in the form was refused. */
  refused = $state.raw<BackendError | null>(null);
  mode: ModeDto = $derived(this.now?.mode ?? 'mirror');
  /** Whether the drawer is shown. */
  open = $state(true);
  hiddenCategories = $state.raw<readonly string[]>([]);
  hiddenStatuses = $state.raw<readonly FindingStatusDto[]>(['outOfCoverage']);
  grouped = $state(true);
  tab = $state<CompareTab>('list');
  knownBy = $state<KnownBy>('end');
  /** The moment as known at which findings are listed, in nanoseconds; `null`: in the end. */
  knownAt = $state.raw<string | null>(null);
  list: FindingListDto = $derived({
    hiddenCategories: [...this.hiddenCategories],
    hiddenStatuses: [...this.hiddenStatuses],
    grouped: this.grouped,
    knownAt: this.knownAt,
  });
  private known = $state.raw<KnownDto | null>(null);
  /** How many events were under way at that moment, and came within the tolerance. */
  awaited: number = $derived(this.known?.awaited ?? 0);
  /** What it came to, as known at that moment. */
  summary: ComparisonSummaryDto | null = $derived.by(() => {
    const summary = this.now?.summary ?? null;
    return summary === null ? null : { ...summary, ...(this.known ?? {}) };
  });
  /** The first finding that is certain. */
  first = $state.raw<FindingDto | null>(null);
  /** The place in the list of the finding that is looked at. */
  at = $state<number | null>(null);
  evidence = $state.raw<FindingEvidenceDto | null>(null);
  /** Why the evidence cannot be shown. */
  problem = $state.raw<BackendError | null>(null);
  /** Findings of each category and of each status, as far as the other toggles show them. */
  byCategory: ReadonlyMap<string, number> = $derived(byCategory(this.summary, this.hiddenStatuses));
  byStatus: ReadonlyMap<FindingStatusDto, number> = $derived(byStatus(this.summary, this.hiddenCategories));
  /** How many findings the list holds. */
  total: number = $derived(totalOf(this.byCategory, this.hiddenCategories));
  private age = 0;
  /** Counts the lists there were. */
  private lists = 0;
  /** Counts the findings that were chosen, so that a late answer takes nobody away from one. */
  private choices = 0;
  private end: (() => void) | null = null;

  private readonly status = new Latest<number, ComparisonDto>(
    (comparison) => call('compare_status', { comparison }),
    // One that was closed meanwhile does not come back.
    (now) => (now.id === this.now?.id ? this.take(now) : undefined),
  );

  private readonly look = new Latest<Look, FindingEvidenceDto | null>(
    async ({ at, list, comparison }) => {
      const { findings } = await call('findings', { comparison, list, offset: at, limit: 1 });
      const [found] = findings;
      return found === undefined
        ? null
        : call('finding', { comparison, number: found.number, knownAt: list.knownAt });
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

  /** Counts and list change together, so that no place of the one is looked for in the other. */
  private readonly knownWish = new Latest<{ comparison: number; knownAt: string }, KnownDto>(
    ({ comparison, knownAt }) => call('comparison_known', { comparison, knownAt }),
    (known, { comparison, knownAt }) => {
      if (comparison !== this.now?.id || this.knownBy === 'end') return;
      this.narrow(() => {
        this.knownAt = knownAt;
        this.known = known;
      });
      this.findFirst();
      if (this.evidence === null) this.chooseFirst();
      else this.renew();
    },
  );

  /** What one looks at, as known at another moment. */
  private readonly renewWish = new Latest<AsKnown, FindingEvidenceDto>(
    (asked) => call('finding', asked),
    (evidence, { knownAt }) => {
      const same = this.evidence?.finding.number === evidence.finding.number;
      if (same && knownAt === this.knownAt) this.evidence = evidence;
    },
  );

  private readonly firstWish = new Latest<AsKnown, FindingDto>(
    async (asked) => (await call('finding', asked)).finding,
    (first) => (this.first = first),
  );

  get running(): boolean {
    return this.starting || this.now?.state === 'running';
  }

  /** Whether there is anything to show below the timeline. */
  get shown(): boolean {
    return this.open && (this.now !== null || this.starting || this.error !== null);
  }

  ask(): void {
    if (session.source === null) return;
    // What was asked for last, in this run of the program or the one before.
    const { path, knownAt } = this.form;
    this.form = { ...preferences.now.compare, path, knownAt };
    this.refused = null;
    this.asking = true;
  }

  /** Begins what the form says. */
  async start(): Promise<void> {
    const options = optionsOf(this.form);
    const right = this.form.path.trim();
    if (session.source === null || options === null || right === '') return;
    preferences.now.compare = { ...this.form, path: '', knownAt: '' };
    await this.begin(() => call('compare_start', { source: session.id, right, options }), 'asking');
  }

  /** Checks rules of the project file, and one that is written. */
  async check(names: readonly string[], written: RuleDto | null): Promise<void> {
    if (session.source === null || (names.length === 0 && written === null)) return;
    await this.begin(
      () => call('check_start', { source: session.id, names: [...names], written }),
      'askingRules',
    );
  }

  /** Begins a comparison or a check. What is refused in what was written goes back to where it was. */
  private async begin(ask: () => Promise<ComparisonDto>, from: 'asking' | 'askingRules'): Promise<void> {
    this.drop();
    const age = ++this.age;
    const wasOpen = this.open;
    this.open = true;
    this.starting = true;
    this.error = null;
    this.refused = null;
    const putAway = (): boolean => (this.asking = this.askingRules = false);
    // What is refused is refused at once: then the form stays.
    const later = setTimeout(putAway, FORM_STAYS);
    try {
      const now = await ask();
      putAway();
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
      if (age !== this.age) return;
      const reason = toBackendError(error);
      // What is wrong with what was written is mended there; so is what fails at once.
      if (reason.params['key'] === undefined && !this[from]) this.error = reason;
      else {
        this.refused = reason;
        this[from] = true;
        this.open = wasOpen;
      }
    } finally {
      clearTimeout(later);
      if (age === this.age) this.starting = false;
    }
  }

  cancel(): void {
    if (this.starting) {
      this.age++;
      this.starting = false;
      screen.say(t('compare.cancelled'));
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
    if (!ended) return;
    if (!TABS[now.mode].includes(this.tab)) this.tab = 'list';
    this.knowAs(now.knownAt === null ? 'end' : 'moment');
    this.findFirst();
    if (now.knownAt === null) this.chooseFirst();
  }

  /** Looks at the findings as known at a moment, or in the end. */
  knowAs(by: KnownBy): void {
    if (by !== 'end' && !this.knowsThen) return;
    this.knownBy = by;
    if (by === 'moment') this.knowAt(this.now?.knownAt ?? null);
    if (by !== 'end') return;
    this.knownWish.reset();
    if (this.knownAt === null) return;
    this.narrow(() => {
      this.knownAt = null;
      this.known = null;
    });
    this.findFirst();
    this.renew();
  }

  private renew(): void {
    const { now, evidence, knownAt } = this;
    if (now !== null && evidence !== null)
      this.renewWish.request({ comparison: now.id, number: evidence.finding.number, knownAt });
  }

  /** Whether findings can be listed as known at the playhead: rows say only what they hold now. */
  get knowsThen(): boolean {
    return this.mode !== 'projection';
  }

  /** The moment, in nanoseconds, moves: with the playhead. */
  knowAt(moment: string | null): void {
    if (this.now?.state !== 'done' || moment === null || moment === this.knownAt) return;
    this.knownWish.request({ comparison: this.now.id, knownAt: moment });
  }

  private findFirst(): void {
    const { now, summary, knownAt } = this;
    if (now === null || summary?.first == null) {
      this.firstWish.reset();
      this.first = null;
    } else this.firstWish.request({ comparison: now.id, number: summary.first, knownAt });
  }

  /** Looks at the first finding that is certain; without one, at the first of the list. */
  private chooseFirst(): void {
    const first = this.summary?.first ?? null;
    if (first === null) this.choose(0);
    else void this.chooseNumber(first, true);
  }

  /** Looks at a finding by its number, if the list holds it; `otherwise`: at the first of the list. */
  async chooseNumber(number: number, otherwise = false): Promise<void> {
    const { now, list } = this;
    if (now?.state !== 'done') return;
    const mine = ++this.choices;
    const at = await call('finding_place', { comparison: now.id, list, number });
    // Who chose another one meanwhile, or lists others, wants that.
    if (mine !== this.choices) return;
    if (at !== null) this.choose(at);
    else if (otherwise && this.at === null) this.choose(0);
  }

  /** The index grew, or was read anew: whether one can go to the left events may have changed. */
  grown(): void {
    if (this.now?.state === 'done') this.status.request(this.now.id);
  }

  /** Looks at the finding at a place of the list. */
  choose(at: number): void {
    const { now } = this;
    if (now?.state !== 'done' || this.total === 0) return;
    this.choices++;
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
    const mine = ++this.choices;
    const at = await call('finding_near', { comparison: now.id, list, axis, coord: String(coord) });
    this.open = true;
    if (at !== null && mine === this.choices) this.choose(at);
  }

  toggleCategory(category: string): void {
    this.narrow(() => (this.hiddenCategories = toggled(this.hiddenCategories, category)));
  }

  /** Lists one category alone, and looks at its first finding. */
  only(category: string): void {
    const all = (this.summary?.counts ?? []).map((count) => count.category);
    this.narrow(() => (this.hiddenCategories = all.filter((c) => c !== category)));
    this.tab = 'list';
    this.choose(0);
  }

  /** The category at a place among those that occur, from 1. */
  toggleNth(n: number): void {
    const category = this.summary?.counts[n - 1]?.category;
    if (category !== undefined) this.toggleCategory(category);
  }

  toggleStatus(status: FindingStatusDto): void {
    this.narrow(() => (this.hiddenStatuses = toggled(this.hiddenStatuses, status)));
  }

  regroup(grouped: boolean): void {
    this.narrow(() => (this.grouped = grouped));
  }

  /** Another list: what one looks at stays in sight, at another place or at none. */
  private narrow(change: () => void): void {
    change();
    this.choices++;
    this.lists++;
    this.at = null;
    if (this.evidence === null) this.chooseFirst();
    else this.locate();
  }

  /** Finds the place of what one looks at in the list there is now. */
  private locate(): void {
    const { now, list, lists, evidence } = this;
    if (now === null || evidence === null) return;
    call('finding_place', { comparison: now.id, list, number: evidence.finding.number }).then(
      (at) => {
        // Who chose another one meanwhile wants that.
        const same = this.evidence?.finding.number === evidence.finding.number;
        if (same && this.lists === lists && this.at === null) this.at = at;
      },
      () => undefined,
    );
  }

  /** Goes to where a finding stands. The playhead stays where it is while it says as known when the findings are listed. */
  private async goTo(finding: FindingDto): Promise<void> {
    try {
      await showFinding(finding, {
        stays: this.knownBy === 'playhead',
        aligned: this.now?.summary?.aligned === true,
        isMeant: () => this.evidence?.finding === finding,
      });
    } catch (error) {
      this.problem = toBackendError(error);
    }
  }

  private drop(): void {
    this.end?.();
    this.end = null;
    this.choices++;
    const { now } = this;
    this.now = null;
    this.at = null;
    this.evidence = null;
    this.problem = null;
    this.knownBy = 'end';
    this.knownAt = null;
    this.known = null;
    this.first = null;
    this.status.reset();
    this.look.reset();
    this.knownWish.reset();
    this.renewWish.reset();
    this.firstWish.reset();
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
    this.askingRules = false;
    this.refused = null;
    this.error = null;
    this.open = true;
    this.hiddenCategories = [];
    this.hiddenStatuses = ['outOfCoverage'];
    this.grouped = true;
    this.tab = 'list';
  }
}

export const compare = new Compare();
