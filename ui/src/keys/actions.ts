/** What each action of the key table does. */
import { tick } from 'svelte';
import { t } from '../i18n/index.svelte';
import { beside } from '../state/beside.svelte';
import type { CaptureDto } from '../ipc/contract';
import { bookmarks } from '../state/bookmarks.svelte';
import { captures } from '../state/captures.svelte';
import { columns } from '../state/columns.svelte';
import { changes } from '../state/changes.svelte';
import { compare } from '../state/compare.svelte';
import { TABS } from '../state/compareTabs';
import { comparison } from '../state/comparison.svelte';
import { copyText } from '../state/copy.svelte';
import { filter } from '../state/filter.svelte';
import { exports } from '../state/exports.svelte';
import { hover } from '../state/hover.svelte';
import { kafka } from '../state/kafka.svelte';
import { picked } from '../state/picked.svelte';
import { lanes } from '../state/lanes.svelte';
import { masks } from '../state/masks.svelte';
import { measure } from '../state/measure.svelte';
import { places } from '../state/places.svelte';
import { playhead } from '../state/playhead.svelte';
import { DIFF_AS, preferences } from '../state/preferences.svelte';
import { projection } from '../state/projection.svelte';
import { rules } from '../state/rules.svelte';
import { screen } from '../state/screen.svelte';
import { selection } from '../state/selection.svelte';
import { session } from '../state/session.svelte';
import { EVIDENCE_OF, evidenceOf } from '../state/shownAs';
import { validTimes } from '../state/validTimes.svelte';
import { view } from '../state/view.svelte';
import { locale } from '../i18n/index.svelte';
import { watches } from '../state/watches.svelte';
import { digits } from './digits.svelte';
import { listActions } from './lists';
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
  else if (bookmarks.editing !== null) bookmarks.editing = null;
  else if (bookmarks.listed) bookmarks.listed = false;
  else if (masks.listed) masks.listed = false;
  else if (compare.asking) compare.asking = false;
  else if (compare.askingRules) compare.askingRules = false;
  else if (exports.asking) exports.leave();
  else if (columns.choosing) columns.choosing = false;
  else if (screen.now.kind === 'opening') screen.cancelOpening();
  else if (screen.now.kind === 'kafka') screen.back();
  // What two points are compared by goes before what was marked: that is sooner wanted again.
  else if (comparison.on && selection.tab === 'diff') comparison.clear();
  else if (view.range !== null) view.range = null;
  else if (lanes.picked.length > 0) lanes.pickNone();
  else if (picked.several) picked.single();
  else if (comparison.on) comparison.clear();
  // A filter is cleared where it is written: losing it to a key pressed once too often is worse.
  else selection.row = null;
}

/** What only the connection screen does. */
const connecting = (what: () => unknown) => (): void => {
  if (screen.now.kind === 'kafka') what();
};

/** What is about the capture that runs. */
const capturing = (what: (capture: CaptureDto) => unknown) => (): void => {
  if (captures.current === null) screen.say(t('capture.none'));
  else what(captures.current);
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
  else if (selection.tab === 'event' || selection.tab === 'raw' || selection.tab === 'causes') {
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

function showEvidenceOtherwise(): void {
  comparing(() => {
    const shown = EVIDENCE_OF[compare.mode];
    if (shown.length < 2) screen.say(t('evidence.onlyOne'));
    else preferences.now.evidence = after(shown, evidenceOf(compare.mode, preferences.now.evidence));
    if (compare.tab !== 'map') compare.tab = 'list';
  });
}

/** Whether the difference of two points is what is in sight, and no finding's evidence. */
const isAboutDiff = (): boolean =>
  selection.tab === 'diff' && (comparison.on || compare.now === null || !compare.open);

function showDiffOtherwise(): void {
  preferences.now.diffAs = after(DIFF_AS, preferences.now.diffAs);
}

function toggleLane(number: number): void {
  const row = lanes.rows[number - 1];
  if (row !== undefined) lanes.toggle(row);
}

/** What is moved in the page loses the focus: whoever moves a lane by keys moves it on. */
function moveLane(by: 1 | -1): void {
  const focused = document.activeElement?.closest('[data-testid="lane-row"]') != null;
  lanes.inHand((row) => {
    lanes.move(row, by);
    if (!focused) return;
    void tick().then(() => {
      const all = document.querySelectorAll<HTMLElement>('[data-testid="lane-row"]');
      all[lanes.rows.findIndex(({ id }) => id === row.id)]?.focus();
    });
  });
}

/** Beside the lane the keys are about; without one, of the first. */
function laneMenu(): void {
  const row = (lanes.hand === null ? null : lanes.row(lanes.hand)) ?? lanes.rows[0];
  if (row === undefined) return;
  const at = lanes.rows.indexOf(row);
  const element = document.querySelectorAll('[data-testid="lane-row"]')[at];
  const { right = 40, top = 60 } = element?.getBoundingClientRect() ?? {};
  lanes.openMenu(row, right - 8, top);
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
  rangeFilter: () => measure.toggleFilter(),
  fold: () => view.toggleFold(),
  lanesUp: () => view.scrollLanes(-view.lanes.height),
  lanesDown: () => view.scrollLanes(view.lanes.height),
  axis: () => void playhead.switchAxis(preferences.now.axis === 'time' ? 'log' : 'time'),
  validTimes: () => (validTimes.on = !validTimes.on),
  scale: () => (preferences.now.scale = preferences.now.scale === 'sqrt' ? 'linear' : 'sqrt'),
  filter: focusFilter,
  clearFilter: () => filter.clear(),
  streams: () => (screen.palette = 'streams'),
  commands: () => (screen.palette = 'commands'),
  escape,
  help: () => (screen.help = !screen.help),
  open: () => void screen.pick(),
  connect: () => screen.connect(),
  testConnection: connecting(() => kafka.check()),
  saveProfile: connecting(() => kafka.planProfile(kafka.saving?.name ?? (kafka.form.profile || 'mine'))),
  startCapture: connecting(() => kafka.capture()),
  pauseCapture: capturing((capture) => captures.pause(capture)),
  stopCapture: capturing((capture) => captures.stop(capture)),
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
  findingsTab: () => comparing(() => (compare.tab = after(TABS[compare.mode], compare.tab))),
  evidence: () => (isAboutDiff() ? showDiffOtherwise() : showEvidenceOtherwise()),
  knownAtPlayhead: () =>
    comparing(() => {
      if (compare.knowsThen) compare.knowAs(compare.knownBy === 'playhead' ? 'end' : 'playhead');
      else screen.say(t('compare.knownBy.rows'));
    }),
  sync: () =>
    comparing(() => {
      if (beside.on) beside.toggle();
      else screen.say(t('sync.none'));
    }),
  checkRules: () => rules.ask(),
  bookmark: () => void bookmarks.set(),
  bookmarks: () => (bookmarks.listed = true),
  nextBookmark: () => bookmarks.step(1),
  previousBookmark: () => bookmarks.step(-1),
  back: () => places.back(),
  forward: () => places.forward(),
  laneMenu,
  laneUp: () => moveLane(-1),
  laneDown: () => moveLane(1),
  pinLane: () => lanes.inHand((row) => lanes.pin(row)),
  hideLane: () => lanes.inHand((row) => lanes.toggle(row)),
  onlyLane: () => lanes.inHand((row) => lanes.showOnly(row)),
  renameLane: () => lanes.inHand((row) => (lanes.naming = row.id)),
  pickLane: () => lanes.inHand((row) => lanes.pick(row)),
  groupLane: () => lanes.inHand((row) => lanes.group(row)),
  ungroupLane: () => lanes.inHand((row) => lanes.ungroup(row)),
  resetLanes: () => lanes.reset(),
  masks: () => (masks.all.length > 0 ? (masks.listed = true) : screen.say(t('masks.none'))),
  copyPatch: () => {
    if (comparison.shown === null) screen.say(t('copy.nothing'));
    else void copyText(comparison.shown.patch);
  },
  rawAs: () => {
    if (selection.tab === 'raw') selection.rawAs = selection.rawAs === 'text' ? 'hex' : 'text';
    selection.tab = 'raw';
  },
  stopReading: () =>
    session.source?.index.state === 'reading' ? void session.stopReading() : screen.say(t('read.idle')),
  readAgain: () => (session.isCurrent ? screen.say(t('read.current')) : void session.readAgain()),
  undo: () => changes.undo(),
  redo: () => changes.redo(),
  projection: nextProjection,
  // Of the row with the focus where that is in the tree, which takes the key itself; else of the field that is pinned.
  valueLane: () => watches.toggle(),
  fieldHistory: () => (selection.tab = 'history'),
  tabState: () => (selection.tab = 'state'),
  tabDiff: () => (selection.tab = 'diff'),
  tabEvent: () => (selection.tab = 'event'),
  tabHistory: () => (selection.tab = 'history'),
  tabRaw: () => (selection.tab = 'raw'),
  close: () => screen.home(),
  export: () => exports.ask(),
  ...listActions,
};

/** `input` is when the reader asked for it. */
export function run(action: Action, input?: number): void {
  const lane = /^lane(\d)$/.exec(action);
  if (lane?.[1] !== undefined) toggleLane(Number(lane[1]));
  else ACTIONS[action as keyof typeof ACTIONS](input);
}
