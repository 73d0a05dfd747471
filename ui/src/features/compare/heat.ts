/** The map of findings by stream and time: where one is, and where a key leads. */
import type { Does } from '../../keys/focused';
import type { HeatDto, HeatRowDto } from '../../ipc/contract';

export interface Place {
  row: number;
  column: number;
}

/** Rows of the map, in CSS pixels. */
export const ROW = 20;

type Cut = Pick<HeatDto, 'from' | 'to' | 'columns'> & {
  rows: readonly Pick<HeatRowDto, 'stream' | 'cells'>[];
};
type Rows = readonly Pick<HeatRowDto, 'cells'>[];

const columns = (rows: Rows, row: number): number[] => (rows[row]?.cells ?? []).map((c) => c.column);

/** The column that holds findings nearest to one; `null`: none does. */
function nearest(rows: Rows, row: number, column: number): number | null {
  let best: number | null = null;
  for (const c of columns(rows, row))
    if (best === null || Math.abs(c - column) < Math.abs(best - column)) best = c;
  return best;
}

/** From one cell with findings to another, by what a key does; `null`: it leads nowhere. */
export function moved(rows: Rows, at: Place | null, does: Does): Place | null {
  const first = rows.findIndex((row) => row.cells.length > 0);
  if (first < 0) return null;
  if (at === null) {
    const [column] = columns(rows, first);
    return ['down', 'right', 'first'].includes(does) && column !== undefined ? { row: first, column } : null;
  }
  const inRow = columns(rows, at.row);
  const to = (column: number | undefined): Place | null =>
    column === undefined ? null : { row: at.row, column };
  const down = (step: number): Place | null => {
    for (let row = at.row + step; row >= 0 && row < rows.length; row += step) {
      const column = nearest(rows, row, at.column);
      if (column !== null) return { row, column };
    }
    return null;
  };
  switch (does) {
    case 'right':
      return to(inRow.find((c) => c > at.column));
    case 'left':
      return to(inRow.filter((c) => c < at.column).at(-1));
    case 'first':
      return to(inRow[0]);
    case 'last':
      return to(inRow.at(-1));
    case 'down':
      return down(1);
    case 'up':
      return down(-1);
    default:
      return null;
  }
}

/** The cell of a place. */
export const cellAt = (rows: readonly HeatRowDto[], at: Place | null): HeatRowDto['cells'][number] | null =>
  at === null ? null : (rows[at.row]?.cells.find((c) => c.column === at.column) ?? null);

/** The place in another map of the same findings, cut otherwise: in the same stream, the nearest one in time; `null`: the stream has none there. */
export function foundAgain(before: Cut, after: Cut, at: Place | null): Place | null {
  if (at === null) return null;
  const stream = before.rows[at.row]?.stream;
  const row = after.rows.findIndex((r) => r.stream === stream);
  // The middle of the column, and nothing rounded before the end: cut the same, it is the same one.
  const [length, reach] = [BigInt(before.to) - BigInt(before.from), BigInt(after.to) - BigInt(after.from)];
  const halves = 2n * BigInt(before.columns);
  const middle = (BigInt(before.from) - BigInt(after.from)) * halves + length * BigInt(2 * at.column + 1);
  const wanted = reach === 0n ? 0n : (middle * BigInt(after.columns)) / (halves * reach);
  const column = nearest(after.rows, row, Number(wanted));
  return column === null ? null : { row, column };
}

/** The stretch of a column. */
export function stretch(heat: Pick<HeatDto, 'from' | 'to' | 'columns'>, column: number): [bigint, bigint] {
  const [from, length, n] = [BigInt(heat.from), BigInt(heat.to) - BigInt(heat.from), BigInt(heat.columns)];
  return [from + (length * BigInt(column)) / n, from + (length * BigInt(column + 1)) / n];
}

/** How dark a cell is: more findings are darker, and one can be seen. */
export const darkness = (count: number, most: number): number =>
  0.4 + 0.6 * Math.sqrt(count / Math.max(1, most));
