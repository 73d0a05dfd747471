/** Every key of the window, once: the bindings, the tooltips and the help sheet are made from it. */
import type { TextKey } from '../i18n/index.svelte';

export type Group = 'time' | 'view' | 'state' | 'compare' | 'find' | 'window';

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
  | 'projection'
  | `lane${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | 'fieldHistory'
  | 'tabState'
  | 'tabDiff'
  | 'tabEvent'
  | 'tabHistory'
  | 'tabRaw'
  | 'close'
  | 'export';

const lanes = ([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((n): Key => ({
  action: `lane${n}`,
  code: `Digit${n}`,
  cap: String(n),
  label: 'key.lane',
  group: 'view',
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
  { action: 'zoomIn', code: 'KeyW', cap: 'W', label: 'key.zoomIn', group: 'view' },
  { action: 'zoomOut', code: 'KeyS', cap: 'S', label: 'key.zoomOut', group: 'view' },
  { action: 'panLeft', code: 'KeyA', cap: 'A', label: 'key.panLeft', group: 'view' },
  { action: 'panRight', code: 'KeyD', cap: 'D', label: 'key.panRight', group: 'view' },
  { action: 'centre', code: 'KeyF', cap: 'F', label: 'key.centre', group: 'view' },
  { action: 'range', code: 'KeyR', cap: 'R', label: 'key.range', group: 'view' },
  { action: 'fold', code: 'KeyG', cap: 'G', label: 'key.fold', group: 'view' },
  { action: 'scale', code: 'KeyL', cap: 'L', label: 'key.scale', group: 'view' },
  { action: 'lanesUp', code: 'KeyQ', cap: 'Q', label: 'key.lanesUp', group: 'view' },
  { action: 'lanesDown', code: 'KeyE', cap: 'E', label: 'key.lanesDown', group: 'view' },
  ...lanes,
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
  { action: 'projection', code: 'KeyJ', cap: 'J', label: 'key.projection', group: 'state' },
  { action: 'tabState', code: 'Digit1', alt: true, cap: 'Alt 1', label: 'tab.state', group: 'state' },
  { action: 'tabDiff', code: 'Digit2', alt: true, cap: 'Alt 2', label: 'tab.diff', group: 'state' },
  { action: 'tabEvent', code: 'Digit3', alt: true, cap: 'Alt 3', label: 'tab.event', group: 'state' },
  { action: 'tabHistory', code: 'Digit4', alt: true, cap: 'Alt 4', label: 'tab.history', group: 'state' },
  { action: 'tabRaw', code: 'Digit5', alt: true, cap: 'Alt 5', label: 'tab.raw', group: 'state' },
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
  { action: 'knownAtPlayhead', code: 'KeyK', cap: 'K', label: 'key.knownAtPlayhead', group: 'compare' },
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
  {
    action: 'open',
    code: 'KeyO',
    ctrl: true,
    cap: 'Ctrl O',
    label: 'key.open',
    group: 'window',
    always: true,
    anywhere: true,
  },
  {
    action: 'connect',
    code: 'KeyO',
    ctrl: true,
    shift: true,
    cap: 'Ctrl Shift O',
    label: 'key.connect',
    group: 'window',
    always: true,
    anywhere: true,
  },
  {
    action: 'testConnection',
    code: 'KeyT',
    ctrl: true,
    cap: 'Ctrl T',
    label: 'key.testConnection',
    group: 'window',
    always: true,
    anywhere: true,
  },
  {
    action: 'saveProfile',
    code: 'KeyS',
    ctrl: true,
    cap: 'Ctrl S',
    label: 'key.saveProfile',
    group: 'window',
    always: true,
    anywhere: true,
  },
  {
    action: 'startCapture',
    key: 'Enter',
    ctrl: true,
    cap: 'Ctrl Enter',
    label: 'key.startCapture',
    group: 'window',
    always: true,
    anywhere: true,
  },
  {
    action: 'pauseCapture',
    code: 'KeyU',
    cap: 'U',
    label: 'key.pauseCapture',
    group: 'window',
    anywhere: true,
  },
  {
    action: 'stopCapture',
    code: 'KeyU',
    shift: true,
    cap: 'Shift U',
    label: 'key.stopCapture',
    group: 'window',
    anywhere: true,
  },
  { action: 'escape', key: 'Escape', cap: 'Esc', label: 'key.escape', group: 'window', anywhere: true },
  { action: 'help', key: '?', cap: '?', label: 'key.help', group: 'window', anywhere: true },
];

/** Commands of the palette that have no key. */
export const COMMANDS: readonly { action: Action; label: TextKey; anywhere?: boolean }[] = [
  { action: 'theme', label: 'key.theme', anywhere: true },
  { action: 'language', label: 'key.language', anywhere: true },
  { action: 'export', label: 'key.export' },
  { action: 'close', label: 'key.close' },
];

/** What identifies a binding: two keys of the table must never share it. */
export function binding(key: Key): string {
  const modifiers = `${key.ctrl ? 'C' : ''}${key.alt ? 'A' : ''}${key.shift ? 'S' : ''}`;
  return `${modifiers}:${key.code ?? key.key ?? ''}`;
}

export interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

export function match(pressed: Pressed): Key | null {
  const ctrl = pressed.ctrlKey || pressed.metaKey;
  for (const key of KEYS) {
    if (ctrl !== (key.ctrl ?? false) || pressed.altKey !== (key.alt ?? false)) continue;
    // A printed sign such as `?` may need Shift on one keyboard and not on another.
    const printed = key.key !== undefined && key.key.length === 1 && key.key !== ' ';
    if (!printed && pressed.shiftKey !== (key.shift ?? false)) continue;
    if (key.code !== undefined ? key.code === pressed.code : key.key === pressed.key) return key;
  }
  return null;
}

/** The first key of an action, for a tooltip. */
export const capOf = (action: Action): string => KEYS.find((key) => key.action === action)?.cap ?? '';
