/** Lanes of values: which fields have one, and what it says at the playhead. */
import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { MockBackend } from '../src/ipc/mock/backend';
import type { Answer, Args, CommandName } from '../src/ipc/backend';
import { playhead } from '../src/state/playhead.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { watches } from '../src/state/watches.svelte';
import { all, freshWindows, one, openDemo, press, start, text, until } from './steps';

/** A capture that is being written. */
class Growing extends MockBackend {
  asked = 0;
  generation = 100;
  override async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
    if (name === 'watch') this.asked++;
    const answer = await super.call(name, args);
    if (name !== 'open' && name !== 'source_status') return answer;
    const source = answer as Answer<'open'>;
    const index = { ...source.index, growing: true, generation: this.generation };
    return { ...source, index } as unknown as Answer<K>;
  }
}

freshWindows();
vi.setConfig({ testTimeout: 60_000 });

const toggle = (): Promise<boolean> => press('H', { code: 'KeyH', shiftKey: true });

async function inspect(stream: string): Promise<void> {
  await screen.goTo({ at: 'end', stream });
  await until(() => expect(playhead.state?.stream).toBe(stream));
}

describe('a lane of values', () => {
  it('is made by key of the pinned field, says what the state says, and goes by the same key', async () => {
    await openDemo();
    await toggle();
    await until(() => expect(text('notice')).toContain('Choose a field first'));
    await inspect('order-1010');
    selection.pinned = '/status';
    await toggle();
    await until(() => expect(all('value-here')).toHaveLength(1));
    expect(one('value-name').textContent).toContain('order-1010');
    const state = (): string =>
      String((JSON.parse(playhead.state?.state ?? '{}') as { status?: string }).status);
    await until(() => expect(text('value-here')).toBe(`"${state()}"`));
    const last = text('value-here');
    // Step by step back, the lane and the state agree, until the field is not there yet.
    for (let i = 0; i < 12 && text('value-here') !== 'not there yet'; i++) {
      const { place } = playhead;
      await press('ArrowLeft');
      await until(() => expect(playhead.place).not.toBe(place));
      await until(() => expect(playhead.state?.included).toBeDefined());
      if (playhead.place?.ordinal == null) break;
      await until(() => expect(text('value-here')).toBe(`"${state()}"`));
    }
    await until(() => expect(text('value-here')).toBe('not there yet'));
    expect(last).not.toBe('not there yet');
    await toggle();
    await until(() => expect(all('value-lane')).toHaveLength(0));
  });

  it('is one of several, each of its own stream, and leads to all values of its field', async () => {
    await openDemo();
    await inspect('order-1010');
    selection.pinned = '/status';
    await toggle();
    await inspect('order-1011');
    selection.pinned = '/trace';
    await toggle();
    await until(() => expect(all('value-here')).toHaveLength(2));
    // A number past 2^53 has all its digits.
    expect(all('value-here')[1]?.textContent).toBe('9007199254740993');
    await fireEvent.click(one('value-name'));
    await until(() => expect(selection.stream?.name).toBe('order-1010'));
    await until(() => expect([selection.pinned, selection.tab]).toEqual(['/status', 'history']));
    await fireEvent.click(one('value-away'));
    await until(() => expect(all('value-lane')).toHaveLength(1));
    expect(watches.all).toEqual([{ stream: 'order-1011', path: '/trace' }]);
  });

  it('says why it is empty', async () => {
    await openDemo();
    watches.restore([
      { stream: 'nobody-1', path: '/x' },
      { stream: 'order-1010', path: '/nothing' },
    ]);
    await until(() => expect(all('value-lane').map((lane) => lane.textContent)).toHaveLength(2));
    await until(() => expect(all('value-lane')[0]?.textContent).toContain('No stream is named nobody-1'));
    await until(() => expect(all('value-lane')[1]?.textContent).toContain('never holds a value'));
  });

  it('asks once for each state of the source, whatever moves', async () => {
    class Counting extends MockBackend {
      asked = 0;
      override call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
        if (name === 'watch') this.asked++;
        return super.call(name, args);
      }
    }
    const counting = new Counting({ events: 1500 });
    await start(counting);
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('event-row').length).toBeGreaterThan(0));
    watches.restore([{ stream: 'order-1010', path: '/status' }]);
    await until(() => expect(all('value-here')).toHaveLength(1));
    for (let i = 0; i < 5; i++) await press('ArrowLeft');
    await press('w', { code: 'KeyW' });
    expect(counting.asked).toBe(1);
    await playhead.switchAxis('log');
    await until(() => expect(counting.asked).toBe(2));
    await until(() => expect(all('value-here')).toHaveLength(1));
  });

  it('is asked for no more than once a second while a capture grows, and has the last word in the end', async () => {
    const growing = new Growing({ events: 1500 });
    await start(growing);
    await screen.openPath('/data/shop.db');
    watches.restore([{ stream: 'order-1010', path: '/status' }]);
    await until(() => expect(all('value-here')).toHaveLength(1));
    const { asked } = growing;
    const began = performance.now();
    for (let i = 0; i < 6; i++) {
      growing.generation++;
      growing.emit('index', { source: 1, generation: growing.generation });
      await session.settled();
    }
    // On a busy machine it grows for longer than a second.
    const seconds = Math.floor((performance.now() - began) / 1000);
    expect(growing.asked).toBeLessThanOrEqual(asked + 1 + seconds);
    await until(() => expect(growing.asked).toBeGreaterThan(asked));
    await new Promise((done) => setTimeout(done, 1200));
    expect(growing.asked).toBeLessThanOrEqual(asked + 2 + seconds);
  });

  it('does not stand in the way of whoever moves the playhead: then what came is taken in once a second', async () => {
    const growing = new Growing({ events: 1500 });
    await start(growing);
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('event-row').length).toBeGreaterThan(0));
    await until(() => expect(session.growing).toBe(true));
    // Whether the file has changed is asked in between, too, but not how far its axis goes.
    const looks = (): number => growing.calls.filter((name) => name === 'axis_info').length;
    const tell = (): void => {
      growing.generation++;
      growing.emit('index', { source: 1, generation: growing.generation });
    };
    await session.settled();
    const before = looks();
    const began = performance.now();
    for (let i = 0; i < 8; i++) {
      playhead.moveTo(playhead.coord - 1_000_000n, performance.now());
      tell();
      await new Promise((done) => setTimeout(done, 20));
    }
    // On a busy machine it is moved for longer than a second.
    const seconds = Math.floor((performance.now() - began) / 1000);
    expect(looks()).toBeLessThanOrEqual(before + seconds);
    await until(() => expect(looks()).toBeGreaterThan(before));
    // At rest it is taken in at once.
    const rested = looks();
    tell();
    await until(() => expect(looks()).toBeGreaterThan(rested));
  });
});
