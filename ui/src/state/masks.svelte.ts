/** What project files hide of the open source, and whether that is shown after all: in this window, as long as the source is open in it. */
import type { MappingDto, MaskDto } from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { call } from './backend';

/** How the source was opened. */
interface Opened {
  path: string;
  store: number;
  mapping: MappingDto | null;
}

class MaskState {
  /** Whether the list is shown. */
  listed = $state(false);
  /** Whether what is masked is shown. Never kept. */
  lifted = $state(false);
  all = $state.raw<readonly MaskDto[]>([]);
  problem = $state.raw<BackendError | null>(null);
  opened: Opened | null = null;

  begin(opened: Opened, unmasked: boolean): void {
    this.opened = opened;
    this.lifted = unmasked;
    this.listed = false;
    this.all = [];
    this.problem = null;
    call('masks', { path: opened.path }).then(
      (all) => {
        if (this.opened === opened) this.all = all;
      },
      (error: unknown) => {
        if (this.opened === opened) this.problem = toBackendError(error);
      },
    );
  }

  forget(): void {
    this.opened = null;
    this.lifted = false;
    this.listed = false;
    this.all = [];
    this.problem = null;
  }
}

export const masks = new MaskState();
