/** The event the inspector shows: the selected one, or the stream's last at the playhead. */
import { playhead } from '../../state/playhead.svelte';
import { selection } from '../../state/selection.svelte';

export function currentOrdinal(): number | null {
  const { row, stream } = selection;
  if (row !== null && row.streamKey === stream?.key) return row.ordinal;
  return playhead.state?.last?.ordinal ?? row?.ordinal ?? null;
}
