/** How many characters the columns of the list want. */
import type { RowDto } from '../../ipc/contract';
import { cells } from '../../model/columns';

const NAMES = ['time', 'stream', 'version', 'type'] as const;
const LEAST = { time: 9, stream: 8, version: 1, type: 8 };

/** Columns are as wide as what has been seen so far: they grow while one scrolls, but never jump back. */
export class Widths {
  wanted = $state.raw(LEAST);

  /** They begin anew where `of` changes; `seen` are the rows in view, `time` what is shown as a row's time. */
  constructor(of: () => string, seen: () => readonly RowDto[], time: (row: RowDto) => string) {
    $effect(() => {
      void of();
      this.wanted = LEAST;
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
