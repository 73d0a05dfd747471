/** Where findings stand along the axis: what is asked for a view, and what is drawn of the answer. */
import type { FindingStatusDto, SpanDto } from '../../ipc/contract';
import { lineToX, toLine, visibleRanges } from '../../model/axis';
import type { Fold, View } from '../../model/axis';

/** How wide a column is, in CSS pixels. */
export const COLUMN = 4;

/** As the answer has them. */
const STATUSES: readonly FindingStatusDto[] = ['pending', 'confirmed', 'healed', 'outOfCoverage'];
/** What is drawn where several stand: what is certain goes before what may heal. */
const FIRST: readonly FindingStatusDto[] = ['confirmed', 'pending', 'healed', 'outOfCoverage'];

/** Findings of a stretch of the axis. */
export interface Tile {
  from: bigint;
  to: bigint;
  count: number;
  status: FindingStatusDto;
}

export interface Box {
  left: number;
  width: number;
  /** Of the height there is. */
  share: number;
  status: FindingStatusDto;
}

/** What a view shows of the axis, cut into columns of so many pixels. */
export function spansOf(fold: Fold, view: View, width: number, wide = COLUMN): SpanDto[] {
  const end = view.from + BigInt(Math.ceil(view.span + view.frac));
  return visibleRanges(fold, view.from, end).map(({ from, to }) => {
    const pixels = lineToX(view, toLine(fold, to), width) - lineToX(view, toLine(fold, from), width);
    const most = to - from;
    const columns = Math.max(1, Math.min(Math.round(pixels / wide), 4000));
    return {
      from: String(from),
      to: String(to),
      columns: most < BigInt(columns) ? Number(most) : columns,
    };
  });
}

/** The columns of an answer that hold findings. */
export function tilesOf(spans: readonly SpanDto[], answer: ArrayBuffer): Tile[] {
  const counts = new Uint32Array(answer);
  const tiles: Tile[] = [];
  let at = 0;
  for (const span of spans) {
    const [from, length, columns] = [
      BigInt(span.from),
      BigInt(span.to) - BigInt(span.from),
      BigInt(span.columns),
    ];
    for (let column = 0n; column < columns; column++, at += 4) {
      const of = (status: FindingStatusDto): number => counts[at + STATUSES.indexOf(status)] ?? 0;
      const status = FIRST.find((s) => of(s) > 0);
      if (status === undefined) continue;
      tiles.push({
        from: from + (length * column) / columns,
        to: from + (length * (column + 1n)) / columns,
        count: STATUSES.reduce((sum, s) => sum + of(s), 0),
        status,
      });
    }
  }
  return tiles;
}

/** The places of findings that are known exactly: of columns that are one coordinate wide. */
export const exactPlaces = (tiles: readonly Tile[]): bigint[] =>
  tiles.filter(({ from, to }) => to - from === 1n).map(({ from }) => from);

/** Where tiles are drawn, in whatever view: those of another one stay at their places until the next answer. */
export function boxesOf(tiles: readonly Tile[], fold: Fold, view: View, width: number): Box[] {
  const most = tiles.reduce((peak, tile) => Math.max(peak, tile.count), 1);
  return tiles.flatMap((tile) => {
    const left = lineToX(view, toLine(fold, tile.from), width);
    const right = lineToX(view, toLine(fold, tile.to), width);
    if (right < 0 || left > width) return [];
    return [
      {
        left,
        width: Math.max(COLUMN, right - left),
        share: 0.45 + 0.55 * Math.sqrt(tile.count / most),
        status: tile.status,
      },
    ];
  });
}
