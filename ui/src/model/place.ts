/** Places on the axis: where events stand, and which comes first. */
import type { AxisDto, PlaceDto, RowDto } from '../ipc/contract';

/** Where an event stands, if it stands on that axis. */
export function placeOfRow(row: RowDto, axis: AxisDto): PlaceDto | null {
  const coord = axis === 'log' ? String(row.ordinal) : row.timeNanos;
  return coord === null ? null : { axis, coord, ordinal: row.ordinal };
}

/** Which of two places of one axis is first: negative when it is `a`. A moment of its own stands after all events of that moment. */
export function comparePlaces(a: PlaceDto, b: PlaceDto): number {
  const [x, y] = [BigInt(a.coord), BigInt(b.coord)];
  if (x !== y) return x < y ? -1 : 1;
  if (a.ordinal === b.ordinal) return 0;
  if (a.ordinal === null || b.ordinal === null) return a.ordinal === null ? 1 : -1;
  return a.ordinal - b.ordinal;
}

/** Whether a place lies at or after an event; `null` when the event does not stand on that axis. */
export function reaches(place: PlaceDto, row: RowDto): boolean | null {
  const at = placeOfRow(row, place.axis);
  return at === null ? null : comparePlaces(at, place) <= 0;
}
