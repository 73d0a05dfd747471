/** What is seen, written to a file: what is asked for, how far it is, what it came to. */
import { locale, t } from '../i18n/index.svelte';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import type { ExportDto, ExportProgressDto } from '../ipc/contract';
import { dark } from '../theme/tokens';
import { call } from './backend';
import { EXPORT, folderOf, formOf, suggestedPath } from './exportForm';
import type { ExportForm } from './exportForm';
import { gapsOf } from '../model/axis';
import { coordOn } from '../model/bookmarks';
import { bookmarks } from './bookmarks.svelte';
import { filter } from './filter.svelte';
import { lanes } from './lanes.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { screen } from './screen.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';
import { watches } from './watches.svelte';

/** Milliseconds between two looks how far it is. */
const LOOK_EVERY = 100;

class Exports {
  asking = $state(false);
  form = $state<ExportForm>({ ...EXPORT });
  /** Where the reader wants it; `null`: where it is suggested. */
  chosen = $state<string | null>(null);
  replace = $state(false);
  running = $state(false);
  progress = $state.raw<ExportProgressDto | null>(null);
  problem = $state.raw<BackendError | null>(null);
  /** The folder that was written to last. */
  private folder = $state<string | null>(null);
  path: string = $derived(
    this.chosen ?? suggestedPath(session.source?.path ?? '', this.form, this.folder ?? ''),
  );

  ask(): void {
    if (session.source === null) return;
    this.problem = null;
    this.replace = false;
    this.chosen = null;
    if (view.range === null && this.form.range === 'range') this.form.range = 'whole';
    // Who marked a part means that, unless what is in view was chosen before.
    if (view.range !== null && this.form.range === 'whole') this.form.range = 'range';
    this.asking = true;
  }

  choose(path: string): void {
    this.chosen = path;
    this.replace = false;
    this.problem = null;
  }

  private what(): ExportDto {
    const { range } = this.form;
    const { axis } = preferences.now;
    const seen = { from: view.coordAt(0), to: view.coordAt(view.width) };
    const ends = range === 'whole' ? null : range === 'view' ? seen : view.range;
    const clamp = (coord: bigint): string =>
      String(coord < view.from ? view.from : coord > view.to ? view.to : coord);
    return {
      form: formOf(this.form),
      axis,
      from: ends === null ? null : clamp(ends.from),
      to: ends === null ? null : clamp(ends.to),
      by: session.laneBy,
      lanes: lanes.shown.map((row) => ({
        name: lanes.nameOf(row),
        keys: [...row.keys],
        colour: row.colour,
      })),
      values: watches.all.flatMap((watch) => {
        const stream = watches.of(watch)?.stream ?? null;
        return stream === null ? [] : [{ name: watches.nameOf(watch), stream, path: watch.path }];
      }),
      folds: gapsOf(view.fold).map((gap) => ({ from: String(gap.from), to: String(gap.to) })),
      foldLength: String(view.fold.gapLength),
      linear: preferences.now.scale === 'linear',
      language: locale.language,
      playhead: playhead.place ?? { axis, coord: String(view.to), ordinal: null },
      bookmarks: bookmarks.inOrder.flatMap((bookmark) => {
        const coord = coordOn(bookmark, axis);
        if (coord === null) return [];
        // Of several events at one moment it is this one.
        const ordinal = bookmark.event === null || bookmark.log === null ? null : Number(bookmark.log);
        return [{ place: { axis, coord: String(coord), ordinal }, stream: null, note: bookmark.note }];
      }),
      projection: projection.chosen,
      dark: preferences.palette === dark,
      replace: this.replace,
    };
  }

  async start(): Promise<void> {
    const { source } = session;
    if (source === null || this.running) return;
    const { path } = this;
    const { what } = this.form;
    this.running = true;
    this.problem = null;
    const looks = setInterval(() => {
      call('export_progress', {})
        .then((progress) => (this.progress = progress))
        .catch(() => undefined);
    }, LOOK_EVERY);
    try {
      const { written: n, whole } = await call('export_view', {
        source: source.id,
        filter: filter.id,
        what: this.what(),
        path,
      });
      this.asking = false;
      this.folder = folderOf(path);
      const said = t(`export.done.${what}`, { n, path });
      screen.say(whole ? `${said} ${t('export.whole')}` : said);
    } catch (error) {
      const problem = toBackendError(error);
      // Who gave it up knows.
      this.problem = problem.code === 'cancelled' ? null : problem;
    } finally {
      clearInterval(looks);
      this.running = false;
      this.progress = null;
    }
  }

  /** Gives up what is being written, or puts the form away. */
  leave(): void {
    if (this.running) call('cancel_export', {}).catch(() => undefined);
    else this.asking = false;
  }
}

export const exports = new Exports();
