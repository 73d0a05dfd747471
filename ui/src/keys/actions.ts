/** What each action of the key table does. */
import { t } from '../i18n/index.svelte';
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import { captures } from '../state/captures.svelte';
import { compare, TABS } from '../state/compare.svelte';
import { comparison } from '../state/comparison.svelte';
import { filter } from '../state/filter.svelte';
import { hover } from '../state/hover.svelte';
import { kafka } from '../state/kafka.svelte';
import { playhead } from '../state/playhead.svelte';
import { EVIDENCE, preferences } from '../state/preferences.svelte';
import { projection } from '../state/projection.svelte';
import { screen } from '../state/screen.svelte';
import { selection } from '../state/selection.svelte';
import { session } from '../state/session.svelte';
import { view } from '../state/view.svelte';
import { locale } from '../i18n/index.svelte';
import { digits } from './digits.svelte';
import type { Action } from './table';

const pointer = (): number => hover.x ?? (playhead.place === null ? view.width / 2 : view.x(playhead.coord));
let centredAt: bigint | null = null;

function centre(): void {
  const coord = view.range?.from ?? playhead.coord;
  if (centredAt === coord) {
    centredAt = null;
    view.fit();
    return;
  }
  centredAt = coord;
  if (view.range !== null) view.show(view.range.from, view.range.to);
  else view.centre(coord);
}

/** The first range spans the middle third; the same key takes it away. */
function toggleRange(): void {
  view.range =
    view.range === null
      ? { from: view.coordAt(view.width / 3), to: view.coordAt((view.width * 2) / 3) }
      : null;
}

function escape(): void {
  if (screen.palette !== 'closed') screen.palette = 'closed';
  else if (screen.help) screen.help = false;
  else if (compare.asking) compare.asking = false;
  else if (screen.now.kind === 'opening') screen.cancelOpening();
  else if (screen.now.kind === 'kafka') screen.back();
  else if (view.range !== null) view.range = null;
  else if (comparison.on) comparison.clear();
  // A filter is cleared where it is written: losing it to a key pressed once too often is worse.
  else selection.row = null;
}

/** What only the connection screen does. */
const connecting = (what: () => unknown) => (): void => {
  if (screen.now.kind === 'kafka') what();
};

function focusFilter(): void {
  if (screen.now.kind === 'kafka') {
    document.querySelector<HTMLElement>('[data-testid="topic-search"]')?.focus();
    return;
  }
  document.querySelector<HTMLElement>('[data-testid="filter-input"] .cm-content')?.focus();
}

/** The tabs of the state show the picker; elsewhere the choice is said. */
function nextProjection(): void {
  projection.next();
  if (projection.all.length === 0) screen.say(t('projection.onlyOne'));
  else if (selection.tab === 'event' || selection.tab === 'raw') {
    const name = projection.chosen;
    screen.say(name === null ? t('projection.default') : t('palette.projection', { name }));
  }
}

/** Shows the drawer and puts the focus there, or puts it away; without a comparison there is one to begin. */
function showFindings(): void {
  if (compare.now === null && !compare.starting) compare.ask();
  else if (compare.open) compare.open = false;
  else {
    compare.open = true;
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="finding-list"]')?.focus());
  }
}

function stepFinding(by: 1 | -1): void {
  if (compare.now === null && !compare.starting) compare.ask();
  else if (compare.now?.state === 'done' && compare.total === 0) screen.say(t('compare.noneListed'));
  else compare.step(by);
}

const after = <T>(all: readonly T[], one: T): T => all[(all.indexOf(one) + 1) % all.length] ?? one;

/** What belongs to a comparison; without one, there is one to begin. */
function comparing(what: () => void): void {
  if (compare.now?.state !== 'done') {
    if (!compare.running) compare.ask();
    return;
  }
  compare.open = true;
  what();
}

function toggleLane(number: number): void {
  const lane = session.lanes[number - 1];
  if (lane !== undefined) session.toggleLane(lane);
}

async function exportEvents(): Promise<void> {
  try {
    const n = await screen.exportEvents(filter.id);
    if (n !== null) screen.say(t('export.done', { n }));
  } catch (error) {
    screen.say(told(toBackendError(error)));
  }
}

/** Who steps wants to see what he steps to: what was selected before gives way. */
function along(go: () => unknown): void {
  selection.row = null;
  go();
}

const ACTIONS: Record<Exclude<Action, `lane${number}`>, (input?: number) => void> = {
  play: () => (playhead.playing ? playhead.pause() : along(() => playhead.togglePlay())),
  next: (input) => along(() => playhead.step('next', 'stream', input)),
  previous: (input) => along(() => playhead.step('previous', 'stream', input)),
  nextInLane: (input) => along(() => playhead.step('next', 'lane', input)),
  previousInLane: (input) => along(() => playhead.step('previous', 'lane', input)),
  nextChange: () => along(() => playhead.nextChange('next')),
  previousChange: () => along(() => playhead.nextChange('previous')),
  start: () => along(() => playhead.start()),
  end: () => along(() => playhead.end()),
  slower: () => playhead.changeSpeed(-1),
  faster: () => playhead.changeSpeed(1),
  speed: () => digits.begin(),
  zoomIn: () => view.zoomAt(0.7, pointer()),
  zoomOut: () => view.zoomAt(1 / 0.7, pointer()),
  panLeft: () => view.panBy(-view.width / 6),
  panRight: () => view.panBy(view.width / 6),
  centre,
  range: toggleRange,
  fold: () => view.toggleFold(),
  lanesUp: () => view.scrollLanes(-view.lanes.height),
  lanesDown: () => view.scrollLanes(view.lanes.height),
  axis: () => void playhead.switchAxis(preferences.now.axis === 'time' ? 'log' : 'time'),
  scale: () => (preferences.now.scale = preferences.now.scale === 'sqrt' ? 'linear' : 'sqrt'),
  filter: focusFilter,
  streams: () => (screen.palette = 'streams'),
  commands: () => (screen.palette = 'commands'),
  escape,
  help: () => (screen.help = !screen.help),
  open: () => void screen.pick(),
  connect: () => screen.connect(),
  testConnection: connecting(() => kafka.check()),
  saveProfile: connecting(() => kafka.planProfile(kafka.saving?.name ?? (kafka.form.profile || 'mine'))),
  startCapture: connecting(() => kafka.capture()),
  pauseCapture: () => void (captures.current === null || captures.pause(captures.current)),
  stopCapture: () => void (captures.current === null || captures.stop(captures.current)),
  theme: () => preferences.nextTheme(),
  language: () => preferences.setLanguage(locale.language === 'en' ? 'zh' : 'en'),
  follow: () => (preferences.now.follow = !preferences.now.follow),
  beforeAfter: () => (hover.before = !hover.before),
  comparePoint: () => comparison.pickPlayhead(),
  compareWith: () => compare.ask(),
  findings: showFindings,
  nextFinding: () => stepFinding(1),
  previousFinding: () => stepFinding(-1),
  firstFinding: () =>
    comparing(() => {
      if (compare.first === null) screen.say(t('compare.noFirst'));
      else void compare.chooseNumber(compare.first.number);
    }),
  findingsTab: () => comparing(() => (compare.tab = after(TABS, compare.tab))),
  evidence: () =>
    comparing(() => {
      preferences.now.evidence = after(EVIDENCE, preferences.now.evidence);
      if (compare.tab === 'lag') compare.tab = 'list';
    }),
  knownAtPlayhead: () => comparing(() => compare.knowAs(compare.knownBy === 'playhead' ? 'end' : 'playhead')),
  projection: nextProjection,
  // Of the row with the focus where that is in the tree, which takes the key itself; else of the field that is pinned.
  fieldHistory: () => (selection.tab = 'history'),
  tabState: () => (selection.tab = 'state'),
  tabDiff: () => (selection.tab = 'diff'),
  tabEvent: () => (selection.tab = 'event'),
  tabHistory: () => (selection.tab = 'history'),
  tabRaw: () => (selection.tab = 'raw'),
  close: () => screen.home(),
  export: () => void exportEvents(),
};

/** `input` is when the reader asked for it. */
export function run(action: Action, input?: number): void {
  const lane = /^lane(\d)$/.exec(action);
  if (lane?.[1] !== undefined) toggleLane(Number(lane[1]));
  else ACTIONS[action as keyof typeof ACTIONS](input);
}
