/** What is inspected: an event, a stream, a field. Apart from the playhead. */
import { TABS } from '../model/kept';
import type { Tab } from '../model/kept';
import type { EventDto, RowDto } from '../ipc/contract';
import { Latest } from '../model/latest';
import { call } from './backend';
import { movedRow } from './growth';
import type { Moved } from './growth';
import { places } from './places.svelte';
import { playhead } from './playhead.svelte';
import { session } from './session.svelte';

export { TABS };
export type { Tab };

class Selection {
  row = $state.raw<RowDto | null>(null);
  stream = $state.raw<{ key: number; name: string } | null>(null);
  event = $state.raw<EventDto | null>(null);
  /** Whether the reader chose the stream. */
  chosen = false;
  /** A stream that was to be inspected and is not in this history: the other side of a comparison has it. */
  absent = $state<string | null>(null);
  /** A field of the state, as an RFC 6901 pointer. */
  pinned = $state<string | null>(null);
  tab = $state<Tab>('state');
  /** How raw bytes are shown. */
  rawAs = $state<'text' | 'hex'>('text');

  private readonly eventWish = new Latest<number, EventDto>(
    (ordinal) => call('event', { source: session.id, ordinal }),
    (event) => (this.event = event),
  );

  choose(row: RowDto): void {
    places.leave();
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

  chooseAbsent(name: string): void {
    places.leave();
    this.row = null;
    this.stream = null;
    this.pinned = null;
    this.chosen = true;
    this.absent = name;
    playhead.leaveState();
  }

  private setStream(key: number, name: string): void {
    this.absent = null;
    if (this.stream?.key === key) return;
    places.leave();
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
    this.absent = null;
    this.chosen = false;
    this.event = null;
    this.pinned = null;
  }
}

export const selection = new Selection();
