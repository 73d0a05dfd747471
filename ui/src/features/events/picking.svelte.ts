/** Keeps what is picked at its events while a capture grows. */
import { untrack } from 'svelte';
import { call } from '../../state/backend';
import { filter } from '../../state/filter.svelte';
import { picked } from '../../state/picked.svelte';
import { placeOfRow } from '../../model/place';
import { preferences } from '../../state/preferences.svelte';
import { session } from '../../state/session.svelte';

/** The place in the list of an event that may have moved. */
async function rankOf(ordinal: number): Promise<number | null> {
  const { row } = await call('event', { source: session.id, ordinal });
  const place = placeOfRow(row, preferences.now.axis);
  if (place === null) return null;
  const rank = await call('rank', { source: session.id, filter: filter.id, place });
  return rank > 0 ? rank - 1 : null;
}

/** Of a list that is being set up. */
export function followGrowth(): void {
  let generation = -1;
  $effect(() => {
    const now = session.source?.index.generation ?? -1;
    if (generation !== now)
      untrack(() => {
        // Of a file that is being read, or was read anew, the rows may be other events now.
        if (session.growing) void picked.grown(session.id, rankOf).catch(() => picked.forget());
        else picked.forget();
      });
    generation = now;
  });
}
