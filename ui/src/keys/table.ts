/** Every key of the window, once: the bindings, the tooltips and the help sheet are made from it. */
import type { TextKey } from '../i18n/index.svelte';
import { WINDOW_KEYS } from './windowKeys';

export type Group = 'time' | 'view' | 'state' | 'lanes' | 'compare' | 'places' | 'find' | 'window';

export interface Key {
  action: Action;
  /** `KeyboardEvent.code` for keys by place, `KeyboardEvent.key` otherwise. */
  code?: string;
  key?: string;
  shift?: boolean;
  alt?: boolean;
  ctrl?: boolean;
  /** How it is written. */
  cap: string;
  label: TextKey;
  group: Group;
  /** Works while a text is being written as well. */
  always?: boolean;
  /** Works without an open source. */
  anywhere?: boolean;
}

export type Action =
  | 'play'
  | 'next'
  | 'previous'
  | 'nextInLane'
  | 'previousInLane'
  | 'nextChange'
  | 'previousChange'
  | 'start'
  | 'end'
  | 'slower'
  | 'faster'
  | 'speed'
  | 'zoomIn'
  | 'zoomOut'
  | 'panLeft'
  | 'panRight'
  | 'centre'
  | 'range'
  | 'fold'
  | 'lanesUp'
  | 'lanesDown'
  | 'axis'
  | 'scale'
  | 'filter'
  | 'clearFilter'
  | 'streams'
  | 'commands'
  | 'escape'
  | 'help'
  | 'open'
  | 'connect'
  | 'testConnection'
  | 'saveProfile'
  | 'startCapture'
  | 'pauseCapture'
  | 'stopCapture'
  | 'theme'
  | 'language'
  | 'follow'
  | 'beforeAfter'
  | 'comparePoint'
  | 'compareWith'
  | 'findings'
  | 'nextFinding'
  | 'previousFinding'
  | 'firstFinding'
  | 'findingsTab'
  | 'evidence'
  | 'knownAtPlayhead'
  | 'sync'
  | 'checkRules'
  | 'projection'
  | 'bookmark'
  | 'bookmarks'
  | 'nextBookmark'
  | 'previousBookmark'
  | 'back'
  | 'forward'
  | 'undo'
  | 'validTimes'
  | 'valueLane'
  | 'rangeFilter'
  | 'laneMenu'
  | 'laneUp'
  | 'laneDown'
  | 'pinLane'
  | 'hideLane'
  | 'onlyLane'
  | 'renameLane'
  | 'pickLane'
  | 'groupLane'
  | 'ungroupLane'
  | 'resetLanes'
  | 'masks'
  | 'copyPatch'
  | 'rawAs'
  | 'readAgain'
  | 'stopReading'
  | 'redo'
  | `lane${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | 'fieldHistory'
  | 'tabState'
  | 'tabDiff'
  | 'tabEvent'
  | 'tabHistory'
  | 'tabRaw'
  | 'close'
  | 'export'
  | ListAction;

/** Of lists, trees, copies, links and windows. */
export type ListAction =
  | 'copyJson'
  | 'copyCsv'
  | 'copyLink'
  | 'pickAll'
  | 'extendDown'
  | 'extendUp'
  | 'columns'
  | 'findInState'
  | 'tabCauses'
  | 'newWindow';

const LISTS: readonly Key[] = [
  { action: 'copyJson', code: 'KeyC', ctrl: true, cap: 'Ctrl C', label: 'key.copyJson', group: 'find' },
  {
    action: 'copyCsv',
    code: 'KeyC',
    ctrl: true,
    shift: true,
    cap: 'Ctrl Shift C',
    label: 'key.copyCsv',
    group: 'find',
  },
  { action: 'copyLink', code: 'KeyL', ctrl: true, cap: 'Ctrl L', label: 'key.copyLink', group: 'find' },
  { action: 'pickAll', code: 'KeyA', ctrl: true, cap: 'Ctrl A', label: 'key.pickAll', group: 'find' },
  {
    action: 'extendDown',
    key: 'ArrowDown',
    shift: true,
    cap: 'Shift ↓',
    label: 'key.extendDown',
    group: 'find',
  },
  { action: 'extendUp', key: 'ArrowUp', shift: true, cap: 'Shift ↑', label: 'key.extendUp', group: 'find' },
  { action: 'columns', code: 'KeyC', shift: true, cap: 'Shift C', label: 'key.columns', group: 'find' },
  {
    action: 'findInState',
    code: 'KeyF',
    ctrl: true,
    cap: 'Ctrl F',
    label: 'key.findInState',
    group: 'state',
    always: true,
  },
  {
    action: 'newWindow',
    code: 'KeyN',
    ctrl: true,
    shift: true,
    cap: 'Ctrl Shift N',
    label: 'key.newWindow',
    group: 'window',
    always: true,
    anywhere: true,
  },
];

const lanes = ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((n): Key => ({
  action: `lane${n}`,
  code: `Digit${n}`,
  cap: String(n),
  label: 'key.lane',
  group: 'lanes',
}));

export const KEYS: readonly Key[] = [
  { action: 'play', key: ' ', cap: 'Space', label: 'key.play', group: 'time' },
  { action: 'next', key: 'ArrowRight', cap: '→', label: 'key.next', group: 'time' },
  { action: 'previous', key: 'ArrowLeft', cap: '←', label: 'key.previous', group: 'time' },
  {
    action: 'nextInLane',
    key: 'ArrowRight',
    shift: true,
    cap: 'Shift →',
    label: 'key.nextInLane',
    group: 'time',
  },
  {
    action: 'previousInLane',
    key: 'ArrowLeft',
    shift: true,
    cap: 'Shift ←',
    label: 'key.previousInLane',
    group: 'time',
  },
  { action: 'start', key: 'Home', cap: 'Home', label: 'key.start', group: 'time' },
  { action: 'end', key: 'End', cap: 'End', label: 'key.end', group: 'time' },
  { action: 'slower', code: 'BracketLeft', cap: '[', label: 'key.slower', group: 'time' },
  { action: 'faster', code: 'BracketRight', cap: ']', label: 'key.faster', group: 'time' },
  { action: 'speed', code: 'KeyV', cap: 'V 01 … 99', label: 'key.speed', group: 'time' },
  { action: 'axis', code: 'KeyX', cap: 'X', label: 'key.axis', group: 'time' },
  { action: 'validTimes', code: 'KeyX', shift: true, cap: 'Shift X', label: 'key.validTimes', group: 'time' },
  { action: 'zoomIn', code: 'KeyW', cap: 'W', label: 'key.zoomIn', group: 'view' },
  { action: 'zoomOut', code: 'KeyS', cap: 'S', label: 'key.zoomOut', group: 'view' },
  { action: 'panLeft', code: 'KeyA', cap: 'A', label: 'key.panLeft', group: 'view' },
  { action: 'panRight', code: 'KeyD', cap: 'D', label: 'key.panRight', group: 'view' },
  { action: 'centre', code: 'KeyF', cap: 'F', label: 'key.centre', group: 'view' },
  { action: 'range', code: 'KeyR', cap: 'R', label: 'key.range', group: 'view' },
  {
    action: 'rangeFilter',
    code: 'KeyF',
    shift: true,
    cap: 'Shift F',
    label: 'key.rangeFilter',
    group: 'view',
  },
  { action: 'fold', code: 'KeyG', cap: 'G', label: 'key.fold', group: 'view' },
  { action: 'scale', code: 'KeyL', cap: 'L', label: 'key.scale', group: 'view' },
  ...lanes,
  { action: 'lanesUp', code: 'KeyQ', cap: 'Q', label: 'key.lanesUp', group: 'lanes' },
  { action: 'lanesDown', code: 'KeyE', cap: 'E', label: 'key.lanesDown', group: 'lanes' },
  { action: 'laneMenu', code: 'KeyO', cap: 'O', label: 'key.laneMenu', group: 'lanes' },
  { action: 'laneUp', key: 'ArrowUp', alt: true, cap: 'Alt ↑', label: 'key.laneUp', group: 'lanes' },
  { action: 'laneDown', key: 'ArrowDown', alt: true, cap: 'Alt ↓', label: 'key.laneDown', group: 'lanes' },
  { action: 'pinLane', code: 'KeyP', shift: true, cap: 'Shift P', label: 'key.pinLane', group: 'lanes' },
  { action: 'hideLane', key: 'Delete', cap: 'Del', label: 'key.hideLane', group: 'lanes' },
  { action: 'onlyLane', code: 'KeyO', shift: true, cap: 'Shift O', label: 'key.onlyLane', group: 'lanes' },
  { action: 'renameLane', key: 'F2', cap: 'F2', label: 'key.renameLane', group: 'lanes' },
  { action: 'pickLane', code: 'KeyL', shift: true, cap: 'Shift L', label: 'key.pickLane', group: 'lanes' },
  { action: 'groupLane', code: 'KeyG', shift: true, cap: 'Shift G', label: 'key.groupLane', group: 'lanes' },
  {
    action: 'ungroupLane',
    code: 'KeyG',
    ctrl: true,
    shift: true,
    cap: 'Ctrl Shift G',
    label: 'key.ungroupLane',
    group: 'lanes',
  },
  { action: 'resetLanes', code: 'Digit0', alt: true, cap: 'Alt 0', label: 'key.resetLanes', group: 'lanes' },
  {
    action: 'nextChange',
    key: 'ArrowRight',
    alt: true,
    cap: 'Alt →',
    label: 'key.nextChange',
    group: 'state',
  },
  {
    action: 'previousChange',
    key: 'ArrowLeft',
    alt: true,
    cap: 'Alt ←',
    label: 'key.previousChange',
    group: 'state',
  },
  { action: 'beforeAfter', code: 'KeyB', cap: 'B', label: 'key.beforeAfter', group: 'state' },
  { action: 'comparePoint', code: 'KeyC', cap: 'C', label: 'key.comparePoint', group: 'state' },
  { action: 'fieldHistory', code: 'KeyH', cap: 'H', label: 'key.fieldHistory', group: 'state' },
  { action: 'valueLane', code: 'KeyH', shift: true, cap: 'Shift H', label: 'key.valueLane', group: 'state' },
  { action: 'projection', code: 'KeyJ', cap: 'J', label: 'key.projection', group: 'state' },
  { action: 'tabState', code: 'Digit1', alt: true, cap: 'Alt 1', label: 'tab.state', group: 'state' },
  { action: 'tabDiff', code: 'Digit2', alt: true, cap: 'Alt 2', label: 'tab.diff', group: 'state' },
  { action: 'tabEvent', code: 'Digit3', alt: true, cap: 'Alt 3', label: 'tab.event', group: 'state' },
  { action: 'tabHistory', code: 'Digit4', alt: true, cap: 'Alt 4', label: 'tab.history', group: 'state' },
  { action: 'tabRaw', code: 'Digit5', alt: true, cap: 'Alt 5', label: 'tab.raw', group: 'state' },
  { action: 'tabCauses', code: 'Digit6', alt: true, cap: 'Alt 6', label: 'tab.causes', group: 'state' },
  {
    action: 'copyPatch',
    code: 'KeyC',
    ctrl: true,
    alt: true,
    cap: 'Ctrl Alt C',
    label: 'key.copyPatch',
    group: 'state',
  },
  { action: 'rawAs', code: 'KeyY', shift: true, cap: 'Shift Y', label: 'key.rawAs', group: 'state' },
  { action: 'compareWith', code: 'KeyM', cap: 'M', label: 'key.compareWith', group: 'compare' },
  { action: 'findings', code: 'KeyM', shift: true, cap: 'Shift M', label: 'key.findings', group: 'compare' },
  { action: 'nextFinding', code: 'KeyN', cap: 'N', label: 'key.nextFinding', group: 'compare' },
  {
    action: 'previousFinding',
    code: 'KeyN',
    shift: true,
    cap: 'Shift N',
    label: 'key.previousFinding',
    group: 'compare',
  },
  {
    action: 'firstFinding',
    code: 'KeyI',
    shift: true,
    cap: 'Shift I',
    label: 'key.firstFinding',
    group: 'compare',
  },
  { action: 'findingsTab', code: 'KeyI', cap: 'I', label: 'key.findingsTab', group: 'compare' },
  { action: 'evidence', code: 'KeyY', cap: 'Y', label: 'key.evidence', group: 'compare' },
  { action: 'sync', code: 'KeyZ', cap: 'Z', label: 'key.sync', group: 'compare' },
  {
    action: 'checkRules',
    code: 'KeyR',
    shift: true,
    cap: 'Shift R',
    label: 'key.checkRules',
    group: 'compare',
  },
  { action: 'knownAtPlayhead', code: 'KeyK', cap: 'K', label: 'key.knownAtPlayhead', group: 'compare' },
  { action: 'bookmark', code: 'KeyB', ctrl: true, cap: 'Ctrl B', label: 'key.bookmark', group: 'places' },
  { action: 'bookmarks', code: 'KeyB', shift: true, cap: 'Shift B', label: 'key.bookmarks', group: 'places' },
  { action: 'nextBookmark', code: 'Period', cap: '.', label: 'key.nextBookmark', group: 'places' },
  { action: 'previousBookmark', code: 'Comma', cap: ',', label: 'key.previousBookmark', group: 'places' },
  { action: 'back', key: 'Backspace', cap: 'Backspace', label: 'key.back', group: 'places' },
  {
    action: 'forward',
    key: 'Backspace',
    shift: true,
    cap: 'Shift Backspace',
    label: 'key.forward',
    group: 'places',
  },
  { action: 'undo', code: 'KeyZ', ctrl: true, cap: 'Ctrl Z', label: 'key.undo', group: 'view' },
  {
    action: 'redo',
    code: 'KeyZ',
    ctrl: true,
    shift: true,
    cap: 'Ctrl Shift Z',
    label: 'key.redo',
    group: 'view',
  },
  { action: 'clearFilter', code: 'Slash', alt: true, cap: 'Alt /', label: 'key.clearFilter', group: 'find' },
  { action: 'filter', key: '/', cap: '/', label: 'key.filter', group: 'find', anywhere: true },
  {
    action: 'streams',
    code: 'KeyP',
    ctrl: true,
    cap: 'Ctrl P',
    label: 'key.streams',
    group: 'find',
    always: true,
  },
  {
    action: 'commands',
    code: 'KeyK',
    ctrl: true,
    cap: 'Ctrl K',
    label: 'key.commands',
    group: 'find',
    always: true,
    anywhere: true,
  },
  {
    action: 'commands',
    code: 'KeyP',
    ctrl: true,
    shift: true,
    cap: 'Ctrl Shift P',
    label: 'key.commands',
    group: 'find',
    always: true,
    anywhere: true,
  },
  { action: 'follow', code: 'KeyT', cap: 'T', label: 'key.follow', group: 'find' },
  ...WINDOW_KEYS,
  ...LISTS,
  { action: 'escape', key: 'Escape', cap: 'Esc', label: 'key.escape', group: 'window', anywhere: true },
  { action: 'help', key: '?', cap: '?', label: 'key.help', group: 'window', anywhere: true },
];

/** All keys of an action. */
export const capsOf = (action: Action): string[] =>
  KEYS.filter((key) => key.action === action).map((key) => key.cap);

/** The first key of an action, for a tooltip. */
export const capOf = (action: Action): string => KEYS.find((key) => key.action === action)?.cap ?? '';
