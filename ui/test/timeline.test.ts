/** The timeline with a canvas that only notes what is drawn on it. */
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../src/App.svelte';
import type { Answer, Args, CommandName } from '../src/ipc/backend';
import { MockBackend } from '../src/ipc/mock/backend';
import { setBackend } from '../src/state/backend';
import { comparison } from '../src/state/comparison.svelte';
import { lanes } from '../src/state/lanes.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { view } from '../src/state/view.svelte';

const until = (check: () => void): Promise<void> => waitFor(check, { timeout: 15_000 });
const all = (id: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${id}"]`),
];
const canvas = (): HTMLElement => {
  const [found] = all('timeline-canvas');
  if (found === undefined) throw new Error('no timeline');
  return found;
};

/** Texts and clearings of the canvas below, in order. */
let drawn: string[] = [];

const contextOf = (own: Record<string, unknown>): unknown =>
  new Proxy(own, { get: (of, name) => of[String(name)] ?? (() => undefined), set: () => true });
const measureText = (text: string): { width: number } => ({ width: text.length * 7 });
const silent = contextOf({ measureText });
const noting = contextOf({
  measureText,
  fillText: (text: string) => drawn.push(text),
  clearRect: () => drawn.push('clear'),
});

/** Density waits until it is let go. */
class Slow extends MockBackend {
  readonly densities: Args<'density'>[] = [];
  held: (() => void)[] | null = null;

  override async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
    if (name === 'density') {
      this.densities.push(args as Args<'density'>);
      const { held } = this;
      if (held !== null) await new Promise<void>((go) => held.push(go));
    }
    return super.call(name, args);
  }

  letGo(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const go of held) go();
  }
}

let backend: Slow;
const context = HTMLCanvasElement.prototype.getContext;

beforeEach(async () => {
  drawn = [];
  HTMLCanvasElement.prototype.getContext = function get(this: HTMLCanvasElement) {
    return this.dataset['testid'] === 'timeline-canvas' ? silent : noting;
  } as unknown as typeof context;
  vi.stubGlobal(
    'ResizeObserver',
    class {
      private readonly seen: ResizeObserverCallback;
      constructor(seen: ResizeObserverCallback) {
        this.seen = seen;
      }
      observe(target: Element): void {
        const entry = { target, contentRect: { width: 1000, height: 300 } } as unknown as ResizeObserverEntry;
        queueMicrotask(() => this.seen([entry], this as unknown as ResizeObserver));
      }
      unobserve(): void {}
      disconnect(): void {}
    },
  );
  backend = new Slow({ events: 1500 });
  setBackend(backend);
  sessionStorage.clear();
  preferences.load(null, 'en-GB');
  Object.assign(preferences.now, { axis: 'time', laneBy: 'category' });
  render(App);
  await screen.start();
});
afterEach(() => {
  cleanup();
  screen.home();
  HTMLCanvasElement.prototype.getContext = context;
  vi.unstubAllGlobals();
});

/** Some of these lay out hundreds of lanes, on machines that are busy. */
vi.setConfig({ testTimeout: 60_000 });

describe('the timeline', () => {
  it('keeps its picture until the first counts of another axis are there', async () => {
    await screen.openPath('/data/shop.db');
    await until(() => expect(drawn).toContain('order'));
    backend.held = [];
    const before = drawn.length;
    await playhead.switchAxis('log');
    await until(() => expect(backend.held?.length).toBeGreaterThan(0));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    expect(drawn.slice(before)).not.toContain('clear');
    backend.letGo();
    await until(() => expect(drawn.slice(before)).toContain('clear'));
  });

  it('names its lanes before their counts are there', async () => {
    backend.held = [];
    await screen.openPath('/data/shop.db');
    await until(() => expect(drawn).toContain('order'));
    expect(backend.held.length).toBeGreaterThan(0);
    backend.letGo();
  });

  it('asks for no lane that is out of sight, says how many there are, and scrolls to them', async () => {
    await screen.openPath('/data/shop.db');
    await until(() => expect(drawn).toContain('order'));
    preferences.now.laneBy = 'stream';
    session.update();
    await until(() => expect(all('lanes-below')).toHaveLength(1));
    expect(lanes.shown.length).toBe(32);
    const of = (): Set<number> =>
      new Set(backend.densities.filter((d) => d.by === 'stream').flatMap((d) => d.lanes));
    await until(() => expect(of().size).toBeGreaterThan(0));
    expect(of().size).toBeLessThan(16);
    expect(all('lanes-below')[0]?.textContent).toMatch(/\d+ more/);
    const last = lanes.shown[31]?.keys[0] ?? -1;
    expect(of().has(last)).toBe(false);
    // Over the names the wheel scrolls the lanes; elsewhere with Alt.
    await fireEvent.wheel(canvas(), { clientX: 20, clientY: 120, deltaY: 100 });
    await until(() => expect(view.laneScroll).toBe(100));
    const { span } = view.now;
    await fireEvent.wheel(canvas(), { clientX: 500, clientY: 120, deltaY: 9999, altKey: true });
    await until(() => expect(all('lanes-below')).toHaveLength(0));
    expect(view.now.span).toBe(span);
    expect(all('lanes-above')).toHaveLength(1);
    await until(() => expect(of().has(last)).toBe(true));
    const name = lanes.shown[31]?.lanes[0]?.name ?? '';
    await until(() => expect(drawn).toContain(name));
    await fireEvent.keyDown(document.body, { key: 'q', code: 'KeyQ' });
    await until(() => expect(all('lanes-below')).toHaveLength(1));
  });

  it('takes a click with Shift for the second point, and a drag with Shift for a range', async () => {
    await screen.openPath('/data/shop.db');
    await until(() => expect(drawn).toContain('order'));
    await until(() => expect(playhead.place).not.toBeNull());
    canvas().setPointerCapture = () => undefined;
    const before = playhead.place;
    const pointer = (kind: string, clientX: number): Promise<boolean> =>
      fireEvent(
        canvas(),
        new MouseEvent(`pointer${kind}`, { clientX, clientY: 100, shiftKey: true, bubbles: true }),
      );
    await pointer('down', 500);
    await pointer('up', 500);
    const { from } = comparison;
    expect(comparison.origin).toBe('playhead');
    expect(playhead.place).toBe(before);
    expect(comparison.to?.place.coord).toBe(String(view.clampCoord(view.coordAt(500 - 104))));
    expect(view.range).toBeNull();
    // What is selected meanwhile, and where the next click is: the first point stays.
    await selection.chooseOrdinal(59);
    await pointer('down', 700);
    await pointer('up', 700);
    expect(comparison.from).toBe(from);
    expect(comparison.to?.place.coord).toBe(String(view.clampCoord(view.coordAt(700 - 104))));
    expect(all('diff-hint')[0]?.textContent).toContain('A is where the playhead was, and stays.');
    comparison.clear();
    await pointer('down', 500);
    await pointer('move', 600);
    await pointer('up', 600);
    expect(view.range).not.toBeNull();
    expect(comparison.on).toBe(false);
  });

  it('says at its flag that it stands before the first event, not a time that nothing has', async () => {
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('playhead-flag')[0]?.textContent?.trim()).toMatch(/^\d\d:/));
    await fireEvent.keyDown(document.body, { key: 'Home' });
    await until(() => expect(all('playhead-flag')[0]?.textContent?.trim()).toBe('before the first event'));
  });

  it('says at its flag of which day the playhead is where the axis has several', async () => {
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('playhead-flag')[0]?.textContent?.trim()).toMatch(/^\d\d:/));
    view.from -= 86_400_000_000_000n;
    await until(() => expect(all('playhead-flag')[0]?.textContent?.trim()).toMatch(/^2026-\d\d-\d\d \d\d:/));
  });
});
