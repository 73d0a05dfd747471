/** What a place under the pointer means. */
import { coordOn } from '../../model/bookmarks';
import { nearest } from '../../model/snap';
import { bookmarks } from '../../state/bookmarks.svelte';
import { compare } from '../../state/compare.svelte';
import { comparison } from '../../state/comparison.svelte';
import { preferences } from '../../state/preferences.svelte';
import { view } from '../../state/view.svelte';

/**
 * What was set by hand, a finding or a single event within a few pixels wins over the place, unless it is to be taken exactly. `findings`
 * and `events` are where such stand, as far as that is known exactly.
 */
export function snapped(
  x: number,
  exactly: boolean,
  findings: readonly bigint[],
  events: Iterable<bigint>,
): bigint {
  const exact = view.coordAt(x);
  if (exactly) return exact;
  const { axis } = preferences.now;
  const finding = compare.evidence?.finding;
  const at = axis === 'time' ? finding?.atTime : finding?.atLog;
  const kinds: Iterable<bigint>[] = [
    bookmarks.all.flatMap((bookmark) => coordOn(bookmark, axis) ?? []),
    comparison.onAxis(axis).map(({ coord }) => coord),
    at == null ? [] : [BigInt(at)],
    findings,
    events,
  ];
  return nearest(kinds, x, (coord) => view.x(coord)) ?? exact;
}
