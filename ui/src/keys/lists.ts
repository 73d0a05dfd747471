/** What the actions of lists, trees, copies, links and windows do. */
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import { call } from '../state/backend';
import { columns } from '../state/columns.svelte';
import { copyEvents, copyLink, copyState, momentHere } from '../state/copy.svelte';
import type { Form } from '../state/copy.svelte';
import { finding } from '../state/finding.svelte';
import { inspectedOrdinal } from '../state/inspected';
import { picked } from '../state/picked.svelte';
import { screen } from '../state/screen.svelte';
import { selection } from '../state/selection.svelte';
import type { ListAction } from './table';

/** Of the inspector's state where the focus is there; of events otherwise. A tree with the focus takes the keys itself. */
function copy(form: Form): void {
  const inState = document.activeElement?.closest('[data-copies="state"]') != null;
  void (inState && selection.tab === 'state' ? copyState(form) : copyEvents(form, inspectedOrdinal()));
}

async function newWindow(): Promise<void> {
  try {
    await call('new_window', {});
  } catch (error) {
    screen.say(told(toBackendError(error)));
  }
}

export const listActions: Record<ListAction, () => void> = {
  copyJson: () => copy('json'),
  copyCsv: () => copy('csv'),
  copyLink: () => void copyLink(momentHere()),
  pickAll: () => picked.all(),
  extendDown: () => picked.extendBy(1),
  extendUp: () => picked.extendBy(-1),
  columns: () => (columns.choosing = !columns.choosing),
  findInState: () => finding.open(),
  tabCauses: () => (selection.tab = 'causes'),
  newWindow: () => void newWindow(),
};
