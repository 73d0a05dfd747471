/** What tests of the whole window share: the parts by their test ids, and the ways in. */
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect } from 'vitest';
import App from '../src/App.svelte';
import { MockBackend } from '../src/ipc/mock/backend';
import { setBackend } from '../src/state/backend';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';

export const all = (id: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];
export const one = (id: string): HTMLElement => {
  const [first] = all(id);
  if (first === undefined) throw new Error(`no ${id}`);
  return first;
};
export const text = (id: string): string => one(id).textContent?.replace(/\s+/g, ' ').trim() ?? '';
export const until = (check: () => void): Promise<void> => waitFor(check, { timeout: 15_000 });
export const press = (key: string, more: KeyboardEventInit = {}): Promise<boolean> =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });

export let backend: MockBackend;

export async function start(use = new MockBackend({ events: 1500 })): Promise<void> {
  backend = use;
  setBackend(backend);
  sessionStorage.clear();
  render(App);
  await screen.start();
}

export async function openDemo(events = 1500): Promise<void> {
  await start(new MockBackend({ events }));
  await until(() => expect(all('demo-button')).toHaveLength(1));
  await fireEvent.click(one('demo-button'));
  // The list has followed the playhead to the end.
  await until(() => expect(all('event-row').some((row) => row.classList.contains('now'))).toBe(true));
  await until(() => expect(all('state-row').length).toBeGreaterThan(0));
}

/** Each test begins with the same preferences and leaves no window behind. */
export function freshWindows(): void {
  beforeEach(() => {
    preferences.load(null, 'en-GB');
    preferences.now.axis = 'time';
    preferences.now.follow = true;
    preferences.now.laneBy = 'category';
  });
  afterEach(() => {
    cleanup();
    selection.tab = 'state';
    screen.palette = 'closed';
    screen.help = false;
    screen.home();
  });
}

/** An event in the middle of the demo. */
export const EVENT = 700;

export async function toEvent(ordinal: number): Promise<void> {
  await screen.goToEvent(ordinal);
  await until(() => expect(playhead.shown?.row?.ordinal).toBe(ordinal));
}

export function deselect(): void {
  selection.row = null;
}

/** Sets a bookmark where one is. */
export async function mark(note: string): Promise<void> {
  await press('b', { code: 'KeyB', ctrlKey: true });
  await until(() => expect(all('bookmark-text')).toHaveLength(1));
  await fireEvent.input(one('bookmark-text'), { target: { value: note } });
  await press('Enter');
  await until(() => expect(all('bookmark-note')).toHaveLength(0));
}
