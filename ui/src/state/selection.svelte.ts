/** What is inspected: an event, a stream, a field. Apart from the playhead. */
import type { EventDto, RowDto } from '../ipc/contract';
import { Latest } from '../model/latest';
import { call } from './backend';
import { movedRow } from './growth';
import type { Moved } from './growth';
import { playhead } from './playhead.svelte';
import { session } from './session.svelte';

export type Tab = 'state' | 'diff' | 'event' | 'history' | 'raw';
export const TABS: readonly Tab[] = ['state', 'diff', 'event', 'history', 'raw'];

class Selection {
  row = $state.raw<RowDto | null>(null);
  stream = $state.raw<{ key: number; name: string } | null>(null);
  event = $state.raw<EventDto | null>(null);
  /** Whether the reader chose the stream. */
  chosen = false;
  /** A field of the state, as an RFC 6901 pointer. */
  pinned = $state<string | null>(null);
  tab = $state<Tab>('state');

  private readonly eventWish = new Latest<number, EventDto>(
    (ordinal) => call('event', { source: session.id, ordinal }),
    (event) => (this.event = event),
  );

  choose(row: RowDto): void {
    this.row = row;
    this.chooseStream(row.streamKey, row.stream);
  }

  chooseStream(key: number, name: string): void {
    this.chosen = true;
    this.setStream(key, name);
  }

  /** A stream to begin with. */
  offerStream(key: number, name: string): void {
    this.setStream(key, name);
  }

  private setStream(key: number, name: string): void {
    if (this.stream?.key === key) return;
    this.stream = { key, name };
    this.pinned = null;
    playhead.ask();
  }

  async chooseOrdinal(ordinal: number): Promise<void> {
    const event = await call('event', { source: session.id, ordinal });
    this.event = event;
    this.choose(event.row);
  }

  needEvent(ordinal: number): void {
    if (this.event?.row.ordinal !== ordinal) this.eventWish.request(ordinal);
  }

  /** The positions of what is inspected. */
  positions(): string[] {
    return [this.row?.position, this.event?.row.position].filter((p) => p != null);
  }

  /** Events have moved. */
  relocate(moved: Moved): void {
    const { row, event } = this;
    if (row !== null) this.row = movedRow(row, moved);
    if (event !== null) {
      const now = movedRow(event.row, moved);
      if (now !== event.row) this.event = { ...event, row: now };
    }
  }

  pin(path: string): void {
    this.pinned = this.pinned === path ? null : path;
  }

  forget(): void {
    this.eventWish.reset();
    this.row = null;
    this.stream = null;
    this.chosen = false;
    this.event = null;
    this.pinned = null;
  }
}

export const selection = new Selection();
