/**
 * The keys of what has the focus: lists, trees, column heads, lines between parts. Those of the window stand in `table.ts`; the components and
 * the help sheet are made from both.
 */
import type { TextKey } from '../i18n/index.svelte';

export const FOCUS_PLACES = [
  'list',
  'tree',
  'causes',
  'heads',
  'findings',
  'drawer',
  'map',
  'splitter',
  'topics',
  'find',
  'bookmarks',
  'tabs',
] as const;
export type FocusPlace = (typeof FOCUS_PLACES)[number];

/** What a key does there. */
export type Does =
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'pageUp'
  | 'pageDown'
  | 'first'
  | 'last'
  | 'openAll'
  | 'go'
  | 'second'
  | 'pin'
  | 'history'
  | 'watch'
  | 'wider'
  | 'narrower'
  | 'moveLeft'
  | 'moveRight'
  | 'remove'
  | 'toggleKind'
  | 'edit'
  | 'leave';

export interface FocusedKeys {
  places: readonly FocusPlace[];
  /** How they are written. */
  cap: string;
  label: TextKey;
  /** `KeyboardEvent.key`, or its `code` for digits, and what it does; nothing here: first letters, which the tree knows. */
  keys: Readonly<Record<string, Does>>;
  shift?: boolean;
  alt?: boolean;
  ctrl?: boolean;
}

const UP_DOWN = { ArrowUp: 'up', ArrowDown: 'down' } as const;
const LEFT_RIGHT = { ArrowLeft: 'left', ArrowRight: 'right' } as const;

export const FOCUSED: readonly FocusedKeys[] = [
  {
    places: ['list', 'tree', 'causes', 'findings', 'topics', 'bookmarks'],
    cap: '↑ ↓',
    label: 'focus.rows',
    keys: UP_DOWN,
  },
  {
    places: ['list', 'tree', 'findings'],
    cap: 'PgUp PgDn',
    label: 'focus.pages',
    keys: { PageUp: 'pageUp', PageDown: 'pageDown' },
  },
  {
    places: ['tree', 'causes', 'findings', 'map'],
    cap: 'Home End',
    label: 'focus.ends',
    keys: { Home: 'first', End: 'last' },
  },
  { places: ['list'], cap: 'Enter', label: 'focus.list.go', keys: { Enter: 'go' } },
  {
    places: ['list'],
    cap: 'Shift Enter',
    label: 'focus.list.second',
    keys: { Enter: 'second' },
    shift: true,
  },
  { places: ['tree', 'causes'], cap: '→ ←', label: 'focus.open', keys: LEFT_RIGHT },
  { places: ['tree'], cap: '*', label: 'focus.openAll', keys: { '*': 'openAll' } },
  { places: ['tree'], cap: 'Enter', label: 'focus.tree.go', keys: { Enter: 'go' } },
  { places: ['tree'], cap: 'P', label: 'focus.pin', keys: { p: 'pin' } },
  { places: ['tree'], cap: 'H', label: 'focus.history', keys: { h: 'history' } },
  { places: ['tree'], cap: 'Shift H', label: 'focus.watch', keys: { H: 'watch' }, shift: true },
  { places: ['tree'], cap: 'a … z', label: 'focus.letters', keys: {} },
  { places: ['causes'], cap: 'Enter', label: 'focus.causes.go', keys: { Enter: 'go' } },
  { places: ['heads'], cap: '← →', label: 'focus.heads', keys: LEFT_RIGHT },
  {
    places: ['heads'],
    cap: 'Shift ← →',
    label: 'focus.width',
    keys: { ArrowLeft: 'narrower', ArrowRight: 'wider' },
    shift: true,
  },
  {
    places: ['heads'],
    cap: 'Alt ← →',
    label: 'focus.move',
    keys: { ArrowLeft: 'moveLeft', ArrowRight: 'moveRight' },
    alt: true,
  },
  { places: ['heads'], cap: 'Enter', label: 'focus.fit', keys: { Enter: 'go' } },
  { places: ['heads'], cap: 'Del', label: 'focus.hide', keys: { Delete: 'remove', Backspace: 'remove' } },
  {
    places: ['drawer'],
    cap: '1 … 9',
    label: 'focus.kinds',
    keys: Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => [`Digit${n}`, 'toggleKind'])),
  },
  { places: ['map'], cap: '← → ↑ ↓', label: 'focus.cells', keys: { ...UP_DOWN, ...LEFT_RIGHT } },
  { places: ['map'], cap: 'Enter', label: 'focus.map.go', keys: { Enter: 'go' } },
  { places: ['splitter'], cap: '← → ↑ ↓', label: 'focus.line', keys: { ...UP_DOWN, ...LEFT_RIGHT } },
  {
    places: ['splitter'],
    cap: 'Shift ← → ↑ ↓',
    label: 'focus.lineFar',
    keys: { ...UP_DOWN, ...LEFT_RIGHT },
    shift: true,
  },
  { places: ['splitter'], cap: 'Enter', label: 'focus.lineBack', keys: { Enter: 'go' } },
  { places: ['find'], cap: 'Enter', label: 'focus.find.next', keys: { Enter: 'down' } },
  { places: ['find'], cap: 'Shift Enter', label: 'focus.find.previous', keys: { Enter: 'up' }, shift: true },
  { places: ['find'], cap: 'Esc', label: 'focus.find.leave', keys: { Escape: 'leave' } },
  { places: ['bookmarks'], cap: 'Enter', label: 'focus.bookmarks.go', keys: { Enter: 'go' } },
  { places: ['bookmarks'], cap: 'F2', label: 'focus.bookmarks.edit', keys: { F2: 'edit' } },
  {
    places: ['bookmarks'],
    cap: 'Ctrl Del',
    label: 'focus.bookmarks.remove',
    keys: { Delete: 'remove' },
    ctrl: true,
  },
  { places: ['tabs'], cap: '← →', label: 'focus.tabs', keys: LEFT_RIGHT },
];

/** What of `KeyboardEvent` tells a key. */
export type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>;

/** What a key does where the focus is; `null`: it is none of its keys. */
export function doesIn(place: FocusPlace, pressed: Pressed): Does | null {
  const { key, code, shiftKey, altKey, ctrlKey, metaKey } = pressed;
  for (const { places, keys, shift = false, alt = false, ctrl = false } of FOCUSED) {
    const does = keys[key] ?? keys[code];
    if (does === undefined || !places.includes(place) || alt !== altKey || ctrl !== (ctrlKey || metaKey))
      continue;
    // A printed sign such as `*` may need Shift on one keyboard and not on another.
    if (key === '*' || shift === shiftKey) return does;
  }
  return null;
}

/** By how many rows a key moves in a list, of which a page holds so many; `null`: it moves none. */
export function rowsBy(does: Does | null, page: number): number | null {
  if (does === 'down' || does === 'up') return does === 'down' ? 1 : -1;
  if (does === 'pageDown' || does === 'pageUp') return does === 'pageDown' ? page : -page;
  return null;
}
