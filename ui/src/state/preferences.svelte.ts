/** What the reader chose, kept from one start to the next. */
import type { AxisDto, LaneByDto, SyncDto } from '../ipc/contract';
import { locale } from '../i18n/index.svelte';
import type { Language } from '../i18n/index.svelte';
import { applyPalette, dark, light } from '../theme/tokens';
import type { Palette } from '../theme/tokens';
import { readAllColumns } from '../model/columnChoice';
import type { Column } from '../model/columnChoice';
import { call } from './backend';
import { FORM, readForm } from './compareForm';
import type { Form } from './compareForm';

/** How a finding's evidence is shown. */
export const EVIDENCE = ['beside', 'overlaid', 'state', 'stateOverlaid'] as const;
export type EvidenceAs = (typeof EVIDENCE)[number];

/** How the difference of two states of a stream is shown; `overlaid` was once kept for the list of changes, and is read as that. */
export const DIFF_AS = ['changes', 'beside', 'document'] as const;
export type DiffAs = (typeof DIFF_AS)[number];

export type Theme = 'system' | 'dark' | 'light';

interface Saved {
  theme: Theme;
  language: Language | null;
  /** The axis now shown. Of each history anew: a file without times must not decide for the next one. */
  axis: AxisDto;
  /** The axis chosen for a source where it is not event time, by its path. */
  axes: Record<string, AxisDto>;
  laneBy: LaneByDto;
  scale: 'sqrt' | 'linear';
  foldGaps: boolean;
  follow: boolean;
  /** `null`: by the window's width. */
  sidebar: number | null;
  /** `null`: by the window's height. */
  timeline: number | null;
  /** The height of the findings; `null`: by the window's height. */
  findings: number | null;
  /** The inspector's share of the width beside the side bar; `null`: by the window's width. */
  inspector: number | null;
  /** The window's size when it last changed, in CSS pixels; the shell opens it so again. */
  window: { width: number; height: number } | null;
  /** The projection chosen for a source, by its path. */
  projections: Record<string, string>;
  /** The event list's columns chosen for a source, by its path. */
  columns: Record<string, Column[]>;
  evidence: EvidenceAs;
  diffAs: DiffAs;
  /** What both sides of a comparison are kept together by. */
  sync: SyncDto;
  /** What the last comparison was asked for with, apart from its file. */
  compare: Form;
}

const DEFAULTS: Saved = {
  theme: 'system',
  language: null,
  axis: 'time',
  axes: {},
  laneBy: 'category',
  scale: 'sqrt',
  foldGaps: true,
  follow: true,
  sidebar: null,
  timeline: null,
  findings: null,
  inspector: null,
  window: null,
  projections: {},
  columns: {},
  evidence: 'beside',
  diffAs: 'changes',
  sync: 'time',
  compare: FORM,
};

const texts = (value: unknown): Record<string, string> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'))
    : {};

function sizeOf(value: unknown): Saved['window'] {
  const { width, height } = (value ?? {}) as Record<string, unknown>;
  const fits = (n: unknown): n is number => typeof n === 'number' && n >= 200 && n <= 20_000;
  return fits(width) && fits(height) ? { width, height } : null;
}

/** Takes from saved text what still means something. */
export function readPreferences(json: string | null): Saved {
  const saved = { ...DEFAULTS };
  let read: unknown;
  try {
    read = JSON.parse(json ?? '{}');
  } catch {
    return saved;
  }
  if (typeof read !== 'object' || read === null) return saved;
  const from = read as Record<string, unknown>;
  const oneOf = <T extends string>(name: string, values: readonly T[], otherwise: T): T =>
    values.find((v) => v === from[name]) ?? otherwise;
  const number = <T>(name: string, low: number, high: number, otherwise: T): number | T => {
    const v = from[name];
    return typeof v === 'number' && v >= low && v <= high ? v : otherwise;
  };
  saved.theme = oneOf('theme', ['system', 'dark', 'light'], saved.theme);
  saved.language = from['language'] === 'en' || from['language'] === 'zh' ? from['language'] : null;
  const onLog = Object.entries(texts(from['axes'])).filter(([, axis]) => axis === 'log');
  saved.axes = Object.fromEntries(onLog.map(([path]) => [path, 'log']));
  saved.laneBy = oneOf('laneBy', ['category', 'type', 'stream'], saved.laneBy);
  saved.scale = oneOf('scale', ['sqrt', 'linear'], saved.scale);
  saved.foldGaps = typeof from['foldGaps'] === 'boolean' ? from['foldGaps'] : saved.foldGaps;
  saved.follow = typeof from['follow'] === 'boolean' ? from['follow'] : saved.follow;
  saved.sidebar = number('sidebar', 140, 480, saved.sidebar);
  saved.timeline = number('timeline', 140, 1200, saved.timeline);
  saved.findings = number('findings', 120, 1200, saved.findings);
  saved.inspector = number('inspector', 0.2, 0.75, saved.inspector);
  saved.window = sizeOf(from['window']);
  saved.projections = texts(from['projections']);
  saved.columns = readAllColumns(from['columns']);
  saved.evidence = oneOf('evidence', EVIDENCE, saved.evidence);
  saved.diffAs = oneOf('diffAs', DIFF_AS, saved.diffAs);
  saved.sync = oneOf('sync', ['time', 'alignment'], saved.sync);
  saved.compare = readForm(from['compare']);
  return saved;
}

class Preferences {
  readonly now = $state<Saved>({ ...DEFAULTS });
  systemDark = $state(true);
  palette: Palette = $derived(
    this.now.theme === 'dark' || (this.now.theme === 'system' && this.systemDark) ? dark : light,
  );
  private timer: ReturnType<typeof setTimeout> | undefined;
  private written = '';
  /** What is being kept. */
  private going: Promise<void> = Promise.resolve();

  load(json: string | null, systemLocale: string): void {
    Object.assign(this.now, readPreferences(json));
    this.written = JSON.stringify(this.now);
    locale.set(this.now.language ?? (systemLocale.toLowerCase().startsWith('zh') ? 'zh' : 'en'));
    if (typeof matchMedia === 'undefined') return;
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.systemDark = query.matches;
    query.addEventListener('change', () => (this.systemDark = query.matches));
  }

  /** Runs inside an effect: paints the colours, and saves after a pause. */
  track(): void {
    const root = document.documentElement;
    applyPalette(this.palette, root.style);
    root.style.colorScheme = this.palette === dark ? 'dark' : 'light';
    root.dataset['theme'] = this.palette === dark ? 'dark' : 'light';
    const json = JSON.stringify(this.now);
    // What was to be kept is not what is chosen now.
    clearTimeout(this.timer);
    if (json === this.written) return;
    this.timer = setTimeout(() => void this.keep(), 400);
  }

  /** Keeps what is chosen now, at once. */
  async keep(): Promise<void> {
    clearTimeout(this.timer);
    const json = JSON.stringify(this.now);
    if (json !== this.written) {
      this.written = json;
      // One after the other, so that the last one stays. Not being able to keep preferences is no reason to disturb.
      this.going = this.going.then(() =>
        call('save_preferences', { json }).then(
          () => undefined,
          () => undefined,
        ),
      );
    }
    await this.going;
  }

  /** The window has another size now. One that fills the screen is not kept: the system made it so. */
  resized(): void {
    const { innerWidth: width, innerHeight: height } = window;
    if (width >= window.screen.availWidth && height >= window.screen.availHeight * 0.9) return;
    this.now.window = { width, height };
  }

  setLanguage(language: Language): void {
    this.now.language = language;
    locale.set(language);
  }

  /** The reader chose an axis for a source. */
  chooseAxis(path: string, axis: AxisDto): void {
    const others = Object.entries(this.now.axes).filter(([of]) => of !== path);
    this.now.axes = Object.fromEntries(axis === 'time' ? others : [...others, [path, axis]]);
  }

  nextTheme(): void {
    const order: Theme[] = ['system', 'dark', 'light'];
    this.now.theme = order[(order.indexOf(this.now.theme) + 1) % order.length] ?? 'system';
  }
}

export const preferences = new Preferences();
