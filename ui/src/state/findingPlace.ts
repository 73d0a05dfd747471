/** Where a finding stands: what is selected, and where the playhead goes. */
import type { FindingDto } from '../ipc/contract';
import { call } from './backend';
import { places } from './places.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

interface How {
  /** Whether the playhead stays where it is. */
  stays: boolean;
  /** Whether left events are those of the index. */
  aligned: boolean;
  /** Whether the finding is still what is looked at. */
  isMeant: () => boolean;
}

/** Goes to a finding: to its left event; without one, to its moment. */
export async function showFinding(finding: FindingDto, { stays, aligned, isMeant }: How): Promise<void> {
  const { axis } = preferences.now;
  if (finding.left !== null && aligned) {
    const { row } = await call('event', { source: session.id, ordinal: finding.left.ordinal });
    if (!isMeant()) return;
    selection.choose(row);
    if (!stays) playhead.moveToRow(row);
    return;
  }
  selection.row = null;
  // What has no time, no event and no stream stands nowhere.
  if (finding.left === null && finding.atTime === null && finding.stream === '') return;
  const coord = axis === 'time' ? finding.atTime : finding.atLog;
  if (coord !== null) {
    places.leave();
    if (!stays) playhead.move({ axis, coord, ordinal: null });
    view.reveal(BigInt(coord));
    places.arrive();
  }
  if (finding.stream === '') return;
  const { streams } = await call('streams', {
    source: session.id,
    query: finding.stream,
    offset: 0,
    limit: 1,
  });
  const [found] = streams;
  if (!isMeant()) return;
  if (found?.name === finding.stream) selection.chooseStream(found.key, found.name);
  else selection.chooseAbsent(finding.stream);
}
