import { fireEvent } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import type { Answer, Args, CommandName } from '../src/ipc/backend';
import { MockBackend } from '../src/ipc/mock/backend';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { screen } from '../src/state/screen.svelte';
import { all, backend, freshWindows, one, openDemo, press, start, text, until } from './steps';

freshWindows();

describe('the welcome screen', () => {
  it('offers a file, the demo and what was opened before', async () => {
    await start();
    await until(() => expect(all('recent-item')).toHaveLength(3));
    expect(all('welcome-open')).toHaveLength(1);
    expect(all('recent-item')[2]?.hasAttribute('disabled')).toBe(true);
  });

  it('opens what a second start of the program asks for', async () => {
    await start();
    backend.emit('open', { path: '/data/shop.db', at: '#10', stream: null });
    await until(() => expect(text('source-name')).toBe('shop.db'));
    await until(() => expect(playhead.place?.ordinal).toBe(10));
  });

  it('says that there is no stream of the name it is to begin with', async () => {
    await start();
    backend.emit('open', { path: '/data/shop.db', at: null, stream: 'nobody' });
    await until(() => expect(text('notice')).toContain('nobody'));
  });

  it('says by code what is wrong with a file, and what to do', async () => {
    await start();
    await screen.openPath('/data/secret.db');
    await until(() => expect(text('error-code')).toBe('source-encrypted'));
    expect(text('error-screen')).toContain('sqlcipher_export');
  });

  it('lets one choose among several histories', async () => {
    await start();
    await screen.openPath('/data/two.db');
    await until(() => expect(all('store-row')).toHaveLength(2));
    await fireEvent.click(one('store-row'));
    await until(() => expect(text('source-name')).toBe('two.db'));
  });

  it('shows the file asked for last when two are asked for at once', async () => {
    await start(new MockBackend({ events: 300, delay: 5 }));
    void screen.openPath('/data/first.db');
    await screen.openPath('/data/second.db');
    await until(() => expect(text('source-name')).toBe('second.db'));
  });
});

describe('a file that takes long to open', () => {
  it('says how far its temporary copy is, and is given up at once', async () => {
    await start();
    const real = backend.call.bind(backend);
    backend.call = async <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> => {
      if (name === 'inspect') return new Promise(() => undefined);
      const opening = { path: '/data/hot.db', copied: String(3 << 20), total: String(12 << 20) };
      return name === 'opening' ? (opening as Answer<K>) : real(name, args);
    };
    void screen.openPath('/data/hot.db');
    await until(() => expect(text('opening-copy')).toContain('3.0 MB of 12.0 MB'));
    await press('Escape');
    await until(() => expect(all('welcome')).toHaveLength(1));
    expect(backend.calls).toContain('cancel_opening');
  });

  it('shows what was open before again when it is given up', async () => {
    await openDemo();
    const real = backend.call.bind(backend);
    backend.call = async <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> =>
      name === 'inspect' ? new Promise(() => undefined) : real(name, args);
    void screen.openPath('/data/hot.db');
    await until(() => expect(all('opening')).toHaveLength(1));
    await fireEvent.click(one('opening-cancel'));
    await until(() => expect(all('event-row').length).toBeGreaterThan(0));
  });
});

describe('what is odd about a history', () => {
  it('keeps no preference that was changed back at once', async () => {
    await start();
    const kept = (): unknown => JSON.parse(sessionStorage.getItem('preferences') ?? '{}');
    preferences.now.scale = 'linear';
    await until(() => expect(kept()).toMatchObject({ scale: 'linear' }));
    const spy = vi.spyOn(Storage.prototype, 'setItem');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const scale of ['sqrt', 'linear'] as const) {
      preferences.now.scale = scale;
      flushSync();
    }
    vi.advanceTimersByTime(2000);
    vi.useRealTimers();
    await Promise.resolve();
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  });

  it('stands under the source, and leads to the first of it', async () => {
    await start();
    const real = backend.call.bind(backend);
    const odd = {
      code: 'payload-problem',
      count: '3',
      first: 12,
      label: 'order-1 v2 (#13)',
      lookedAt: null,
      message: '3 events have a payload or metadata that cannot be read; the first is order-1 v2 (#13)',
    };
    backend.call = async <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> =>
      name === 'oddities' ? ([odd] as Answer<K>) : real(name, args);
    await screen.openPath('/data/shop.db');
    await until(() => expect(text('source-oddity')).toContain('3 events have a payload'));
    await fireEvent.click(one('source-oddity'));
    await until(() => expect(playhead.place?.ordinal).toBe(12));
    preferences.setLanguage('zh');
    await until(() => expect(text('source-oddity')).toContain('3 个事件的载荷或元数据无法读取'));
    preferences.setLanguage('en');
  });
});

describe('a guessed layout', () => {
  it('is shown with its reasons and a preview before anything is opened', async () => {
    await start();
    await screen.openPath('/data/journal.db');
    await until(() => expect(one('mapping-preview').querySelectorAll('tbody tr').length).toBe(12));
    expect(text('mapping-screen')).toContain('entity looks like the stream');
    expect(backend.calls).not.toContain('open');
  });

  it('can be opened with a stream or a type, and not without both', async () => {
    await start();
    await screen.openPath('/data/journal.db');
    await until(() => expect(all('mapping-stream')).toHaveLength(1));
    await fireEvent.input(one('mapping-stream'), { target: { value: '' } });
    expect(one('mapping-open').hasAttribute('disabled')).toBe(false);
    expect(one('mapping-stream').classList.contains('wrong')).toBe(false);
    await fireEvent.input(one('mapping-type'), { target: { value: '' } });
    await until(() => expect(one('mapping-open').hasAttribute('disabled')).toBe(true));
    expect(one('mapping-stream').classList.contains('wrong')).toBe(true);
    expect(text('mapping-lacking')).toBe('Name at least a stream or a type.');
  });

  it('begins with what is known of a table that is no event table by itself', async () => {
    await start();
    await screen.openPath('/data/unknown.db');
    await until(() => expect(all('mapping-type')).toHaveLength(1));
    const value = (field: string): string => (one(`mapping-${field}`) as HTMLInputElement).value;
    expect(['stream', 'type', 'payload', 'time'].map(value)).toEqual(['', 'what', 'body', '']);
    expect(all('mapping-lacking')).toHaveLength(0);
    expect(one('mapping-open').hasAttribute('disabled')).toBe(false);
  });

  it('is saved and opened', async () => {
    await start();
    await screen.openPath('/data/journal.db');
    await until(() => expect(all('mapping-save')).toHaveLength(1));
    await fireEvent.click(one('mapping-save'));
    await until(() => expect(text('source-name')).toBe('journal.db'));
    expect(backend.calls).toContain('save_mapping');
  });
});

describe('the axis', () => {
  /** A file without times, until it has a mapping that names them. */
  class Timeless extends MockBackend {
    hasTime = false;
    override async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
      const answer = await super.call(name, args);
      if (name !== 'open' && name !== 'source_status') return answer;
      const source = answer as Answer<'open'>;
      return { ...source, index: { ...source.index, hasTime: this.hasTime } } as unknown as Answer<K>;
    }
  }
  const open = async (path: string): Promise<void> => {
    await screen.openPath(path);
    await until(() => expect(playhead.shown?.rank).toBe(1500));
  };

  it('is event time again where a history has got times, after another start too', async () => {
    const use = new Timeless({ events: 1500 });
    await start(use);
    await open('/data/lines.ndjson');
    await until(() => expect(preferences.now.axis).toBe('log'));
    use.hasTime = true;
    const saved = JSON.stringify(preferences.now);
    // Twice: another start knows nothing but what was saved.
    for (const path of ['/data/shop.db', '/data/lines.ndjson']) {
      preferences.load(saved, 'en-GB');
      await open(path);
      expect(preferences.now.axis).toBe('time');
    }
  });

  it('stays what the reader chose for a history, and for that one only', async () => {
    await start();
    await open('/data/shop.db');
    await fireEvent.click(one('axis-log'));
    await until(() => expect(playhead.place?.axis).toBe('log'));
    screen.home();
    preferences.load(JSON.stringify(preferences.now), 'en-GB');
    await open('/data/other.db');
    expect(preferences.now.axis).toBe('time');
    await open('/data/shop.db');
    expect(preferences.now.axis).toBe('log');
    await fireEvent.click(one('axis-time'));
    await until(() => expect(playhead.place?.axis).toBe('time'));
    expect(preferences.now.axes).toEqual({});
  });
});
