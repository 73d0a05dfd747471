/** The event the inspector shows: the selected one, or the stream's last at the playhead. */
import { playhead } from './playhead.svelte';
import { selection } from './selection.svelte';

export function inspectedOrdinal(): number | null {
  const { row, stream } = selection;
  if (row !== null && row.streamKey === stream?.key) return row.ordinal;
  // Of another stream it would contradict what stands above it.
  return playhead.state?.last?.ordinal ?? (stream === null ? (row?.ordinal ?? null) : null);
}
