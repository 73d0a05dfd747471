/** How many characters the columns of the list want. */
import type { RowDto } from '../../ipc/contract';
import { cells } from '../../model/columns';

const NAMES = ['time', 'stream', 'version', 'type'] as const;
/** More of a text is not measured. */
const WIDEST = 240;
const LEAST = { time: 9, stream: 8, version: 1, type: 8 };

/** Columns are as wide as what has been seen so far: they grow while one scrolls, but never jump back. */
export class Widths {
  wanted = $state.raw(LEAST);
  /** Of fields that are columns. */
  fields = $state.raw<ReadonlyMap<string, number>>(new Map());

  /** They begin anew where `of` changes; `seen` are the rows in view, `time` what is shown as a row's time. */
  constructor(
    of: () => string,
    seen: () => readonly RowDto[],
    time: (row: RowDto) => string,
    texts: () => ReadonlyMap<string, readonly string[]>,
  ) {
    $effect(() => {
      void of();
      this.wanted = LEAST;
      this.fields = new Map();
    });
    $effect(() => {
      const next = new Map(this.fields);
      for (const [field, all] of texts())
        for (const text of all) next.set(field, Math.max(next.get(field) ?? 0, cells(text.slice(0, WIDEST))));
      const grew = [...next].some(([field, width]) => width > (this.fields.get(field) ?? 0));
      if (grew) this.fields = next;
    });
    $effect(() => {
      const next = { ...this.wanted };
      for (const row of seen()) {
        next.time = Math.max(next.time, cells(time(row)));
        next.stream = Math.max(next.stream, cells(row.stream));
        next.version = Math.max(next.version, (row.version ?? '').length);
        next.type = Math.max(next.type, cells(row.type));
      }
      if (NAMES.some((name) => next[name] > this.wanted[name])) this.wanted = next;
    });
  }
}
