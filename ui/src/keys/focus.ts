/**
 * The focus always has a place. What had it may go: a dialog is closed, a tab shows something else, a button is no longer needed. Then it
 * goes back to where it was before, else to the home of the nearest part that is still there (`data-home`: selectors, the best first).
 */
import { tick } from 'svelte';

/** What had the focus, and all that it stood in. */
interface Had {
  element: HTMLElement;
  trail: readonly HTMLElement[];
}

const NOWHERE: Pick<Had, 'trail'> = { trail: [] };

const TABBABLE =
  'button, input, select, textarea, a[href], summary, [tabindex]:not([tabindex^="-"]), [contenteditable="true"]';

let had: Had | null = null;
/** What had it before the dialogs that are open. */
let beneath: Had | null = null;
/** How many are about to give the focus back. */
let giving = 0;
/** Whether the last thing that was pressed is a key. */
let byKeys = false;
/** A home that is not the best of its part: what is better may still be on its way. */
let waiting: { part: HTMLElement; at: HTMLElement } | null = null;

const isNowhere = (): boolean => {
  const { activeElement } = document;
  return activeElement === null || activeElement === document.body || !activeElement.isConnected;
};

/** Whether it can have the focus. */
function takes(element: HTMLElement): boolean {
  if (!element.isConnected || element === document.body || element.matches(':disabled')) return false;
  if (element.closest('[inert]') !== null) return false;
  return element.checkVisibility?.() ?? true;
}

function hold(element: Element | null): Had | null {
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const trail: HTMLElement[] = [];
  for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) trail.push(at);
  return { element, trail };
}

const allOf = (part: ParentNode, selector: string): HTMLElement[] => [
  ...part.querySelectorAll<HTMLElement>(selector),
];

/** To the home of a part; whether it has one now. */
function enter(part: HTMLElement): boolean {
  const homes = (part.dataset['home'] ?? '').split('|').filter((one) => one.trim() !== '');
  for (const [i, selector] of homes.entries()) {
    const home = allOf(part, selector).find(takes);
    if (home === undefined) continue;
    home.focus();
    waiting = i === 0 ? null : { part, at: home };
    return true;
  }
  return false;
}

function goHome({ trail }: Pick<Had, 'trail'>): void {
  // Behind an open dialog nothing can have it.
  const dialog = allOf(document, 'dialog[open]').at(-1);
  const page = dialog ?? document.querySelector('main') ?? document.body;
  const parts = [
    ...trail.filter((part) => part.isConnected && page.contains(part)),
    ...allOf(page, '[data-home]'),
  ];
  if (parts.some((part) => part.dataset['home'] !== undefined && enter(part))) return;
  allOf(page, TABBABLE).find(takes)?.focus();
}

/** Remembers what has the focus now. What this answers gives it back, unless something else has it by then. */
export function keepFocus(): () => void {
  // What a field takes the place of is gone before the field is there.
  const before = hold(document.activeElement) ?? (had !== null && !takes(had.element) ? had : null);
  if (before?.element.closest('dialog') == null) beneath = before;
  return () => {
    giving++;
    void tick().then(() => {
      giving--;
      if (!isNowhere()) return;
      const there = [before, beneath].find((one) => one !== null && takes(one.element));
      if (there != null) there.element.focus();
      else goHome(before?.element.closest('dialog') == null ? (before ?? NOWHERE) : (beneath ?? NOWHERE));
    });
  };
}

/** Puts the focus into a part. */
export function focusPart(part: HTMLElement | null): void {
  if (part !== null) goHome({ trail: [part] });
}

/** Another screen is shown: who works with keys finds the focus on it. */
export function arrive(): void {
  void tick().then(() => {
    if (byKeys && isNowhere()) goHome(NOWHERE);
  });
}

/** Watches that the focus is not lost with what had it. */
export function listenFocus(): () => void {
  const onFocus = (event: FocusEvent): void => {
    had = hold(event.target as Element | null);
    if (waiting !== null && waiting.at !== event.target) waiting = null;
  };
  const onLeave = (event: FocusEvent): void => {
    const { target, relatedTarget } = event;
    // Whoever clicks beside everything wants that; what is taken away did not leave.
    if (relatedTarget === null)
      queueMicrotask(() => {
        if (had !== null && had.element === target && takes(had.element) && isNowhere()) had = null;
      });
  };
  const settle = (): void => {
    if (giving > 0) return;
    if (waiting !== null && document.activeElement === waiting.at) enter(waiting.part);
    if (had === null || (!isNowhere() && takes(had.element))) return;
    if (!isNowhere() && document.activeElement !== had.element) return;
    if (takes(had.element)) had.element.focus();
    else goHome(had);
  };
  const onInput = (event: Event): void => {
    waiting = null;
    byKeys = event.type === 'keydown';
  };
  const observer = new MutationObserver(settle);
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'inert'],
  });
  document.addEventListener('focusin', onFocus);
  document.addEventListener('focusout', onLeave);
  window.addEventListener('keydown', onInput, true);
  window.addEventListener('pointerdown', onInput, true);
  return () => {
    observer.disconnect();
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('focusout', onLeave);
    window.removeEventListener('keydown', onInput, true);
    window.removeEventListener('pointerdown', onInput, true);
    had = null;
    beneath = null;
    waiting = null;
    byKeys = false;
  };
}
