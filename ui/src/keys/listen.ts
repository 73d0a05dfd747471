/** Turns key presses into actions. */
import { bookmarks } from '../state/bookmarks.svelte';
import { columns } from '../state/columns.svelte';
import { compare } from '../state/compare.svelte';
import { exports } from '../state/exports.svelte';
import { lanes } from '../state/lanes.svelte';
import { masks } from '../state/masks.svelte';
import { screen } from '../state/screen.svelte';
import { run } from './actions';
import { digits } from './digits.svelte';
import { listenHowReached, reachedByKeys } from './reached';
import { match } from './match';

/** Whether the focus lies where keys mean text or have a meaning of their own. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, .cm-editor') !== null;
}

/** Arrow keys, Home, End and Space belong to what was gone to by the keyboard, when it uses them. */
function ownsKey(event: KeyboardEvent): boolean {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return false;
  if (!reachedByKeys()) return false;
  if (event.key === ' ') return event.target.closest('button, [role="option"], summary') !== null;
  const moves = ['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key);
  return moves && event.target.closest('[data-arrows]') !== null;
}

/** The browser's own going back begins with either. */
const MOUSE = ['mousedown', 'mouseup', 'auxclick'] as const;

export function listen(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    if (!isWriting(event.target) && digits.take(event)) {
      event.preventDefault();
      return;
    }
    const key = match(event);
    if (key === null) return;
    if (isWriting(event.target) && !key.always) return;
    if (ownsKey(event)) return;
    const modal =
      screen.palette !== 'closed' ||
      screen.help ||
      compare.asking ||
      compare.askingRules ||
      exports.asking ||
      columns.choosing ||
      bookmarks.listed ||
      masks.listed ||
      lanes.menu !== null ||
      bookmarks.editing !== null;
    if (modal && !['escape', 'commands', 'streams', 'help'].includes(key.action)) return;
    // Who has marked a text means that.
    if (key.action === 'copyJson' && window.getSelection()?.isCollapsed === false) return;
    if (!key.anywhere && screen.now.kind !== 'window') return;
    event.preventDefault();
    // A digit that is held down is one digit.
    if (event.repeat && /^(?:lane\d|speed)$/.test(key.action)) return;
    run(key.action, event.timeStamp);
  };
  // The side buttons of a mouse mean back and forward wherever they are pressed.
  const onMouse = (event: MouseEvent): void => {
    const action = event.button === 3 ? 'back' : event.button === 4 ? 'forward' : null;
    if (action === null) return;
    event.preventDefault();
    if (screen.now.kind === 'window' && event.type === 'mouseup') run(action, event.timeStamp);
  };
  const end = listenHowReached();
  for (const kind of MOUSE) window.addEventListener(kind, onMouse);
  window.addEventListener('keydown', onKey);
  return () => {
    end();
    for (const kind of MOUSE) window.removeEventListener(kind, onMouse);
    window.removeEventListener('keydown', onKey);
  };
}
