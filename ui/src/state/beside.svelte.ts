/** Where the right side of a comparison stands while the playhead moves over the left one: by the moment, or by the event that belongs to it. */
import type { BesideDto, PlaceDto, SyncDto } from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { Latest } from '../model/latest';
import { call } from './backend';
import { compare } from './compare.svelte';
import { preferences } from './preferences.svelte';

interface Wish {
  comparison: number;
  place: PlaceDto;
  sync: SyncDto;
}

class Beside {
  now = $state.raw<BesideDto | null>(null);
  problem = $state.raw<BackendError | null>(null);

  private readonly wish = new Latest<Wish, BesideDto | null>(
    (asked) => call('beside', asked),
    (now) => {
      this.now = now;
      this.problem = null;
    },
    (error) => (this.problem = toBackendError(error)),
  );

  /** Whether both sides have a playhead: events stand on both. */
  get on(): boolean {
    return compare.now?.state === 'done' && (compare.mode === 'mirror' || compare.mode === 'correlated');
  }

  /** Whether the right side's playhead is apart from the left one's. */
  get apart(): boolean {
    return this.on && preferences.now.sync === 'alignment';
  }

  /** Runs inside an effect: follows the playhead as far as anything is shown of it. */
  follow(place: PlaceDto | null): void {
    const { now, tab } = compare;
    const { sync } = preferences.now;
    // When the index has grown, places are others.
    void now?.summary?.aligned;
    if (!this.on || now === null || place === null) {
      this.forget();
      return;
    }
    if (sync === 'alignment' || tab === 'playhead') this.wish.request({ comparison: now.id, place, sync });
  }

  toggle(): void {
    preferences.now.sync = preferences.now.sync === 'time' ? 'alignment' : 'time';
  }

  forget(): void {
    this.wish.reset();
    this.now = null;
    this.problem = null;
  }
}

export const beside = new Beside();
