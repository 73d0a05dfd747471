/** How a bookmark is told in a line. */
import { t } from '../../i18n/index.svelte';
import type { AxisDto } from '../../ipc/contract';
import type { Bookmark } from '../../model/bookmarks';
import { dateTimeText, groupDigits } from '../../model/time';
import { visible } from '../../model/visible';

/** The first line of its note. */
export const titleOf = ({ note }: Bookmark): string =>
  visible(note.trim().split('\n')[0] ?? '') || t('bookmark.noNote');

/** The event, or nothing where it stands at a moment. */
export function eventOf({ event }: Bookmark): string {
  if (event === null) return '';
  const at = event.version === null ? `#${event.position}` : `v${event.version}`;
  return visible(`${event.stream} ${at} ${event.type}`);
}

/** Where it stands: on the axis that is shown where it stands there. */
export function placeOf({ time, log }: Bookmark, axis: AxisDto): string {
  const inLog = log === null ? null : `e${groupDigits(log)}`;
  const inTime = time === null ? null : `${dateTimeText(BigInt(time))}Z`;
  return (axis === 'time' ? (inTime ?? inLog) : (inLog ?? inTime)) ?? '';
}
