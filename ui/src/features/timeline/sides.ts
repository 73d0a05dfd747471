/** How many events of either side of a comparison stand where: what an answer holds, and what is drawn of it. */
import type { SpanDto } from '../../ipc/contract';
import { lineToX, toLine } from '../../model/axis';
import type { Fold, View } from '../../model/axis';

/** How wide a column is, in CSS pixels. */
export const SIDE_COLUMN = 2;

/** Events of a stretch of the axis. */
export interface Stretch {
  from: bigint;
  to: bigint;
  count: number;
}

export interface Bar {
  left: number;
  width: number;
  /** Of the height there is. */
  share: number;
}

/** The columns of an answer that hold events. */
export function stretchesOf(spans: readonly SpanDto[], answer: ArrayBuffer): Stretch[] {
  const counts = new Uint32Array(answer);
  const out: Stretch[] = [];
  let at = 0;
  for (const span of spans) {
    const [from, columns] = [BigInt(span.from), BigInt(span.columns)];
    const length = BigInt(span.to) - from;
    for (let column = 0n; column < columns; column++) {
      const count = counts[at++] ?? 0;
      if (count === 0) continue;
      out.push({
        from: from + (length * column) / columns,
        to: from + (length * (column + 1n)) / columns,
        count,
      });
    }
  }
  return out;
}

/** Where they are drawn, in whatever view. `peak` is the greatest count of both sides, so that they can be compared. */
export function barsOfSide(
  stretches: readonly Stretch[],
  peak: number,
  fold: Fold,
  view: View,
  width: number,
  scale: 'sqrt' | 'linear',
): Bar[] {
  return stretches.flatMap(({ from, to, count }) => {
    const left = lineToX(view, toLine(fold, from), width);
    const right = lineToX(view, toLine(fold, to), width);
    if (right < 0 || left > width) return [];
    const share = count / Math.max(1, peak);
    return [{ left, width: Math.max(1, right - left), share: scale === 'sqrt' ? Math.sqrt(share) : share }];
  });
}

export const peakOf = (...sides: readonly (readonly Stretch[])[]): number =>
  sides.reduce((peak, side) => side.reduce((p, s) => Math.max(p, s.count), peak), 1);

/** How many events stand in the column of a coordinate. */
export const countAt = (stretches: readonly Stretch[], coord: bigint): number =>
  stretches.find((s) => s.from <= coord && coord < s.to)?.count ?? 0;
