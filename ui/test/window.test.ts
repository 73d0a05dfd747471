import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { BackendError } from '../src/ipc/backend';
import type { Answer, Args, CommandName } from '../src/ipc/backend';
import { MockBackend } from '../src/ipc/mock/backend';
import { comparison } from '../src/state/comparison.svelte';
import { filter } from '../src/state/filter.svelte';
import { hover } from '../src/state/hover.svelte';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { projection } from '../src/state/projection.svelte';
import { screen } from '../src/state/screen.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { all, backend, freshWindows, one, openDemo, press, start, text, until } from './steps';

freshWindows();

describe('an open history', () => {
  it('stands at its end and shows the state of the last stream', async () => {
    await openDemo();
    expect(text('filter-count')).toBe('1,500 events');
    expect(text('inspector-stream')).toBe(playhead.shown?.row?.stream);
    expect(playhead.shown?.rank).toBe(1500);
    expect(text('playhead-time')).toContain('2026-11-2');
  });

  it('steps back through the stream with the arrow key', async () => {
    await openDemo();
    const stream = session.lanes.length > 0 ? 'order-1010' : '';
    await screen.goTo({ at: 'end', stream });
    await until(() => expect(text('inspector-stream')).toBe('order-1010'));
    await until(() => expect(playhead.state?.stream).toBe('order-1010'));
    const included = playhead.state?.included ?? 0;
    // From the end the first step may land on the last event itself.
    await press('ArrowLeft');
    await until(() => expect(playhead.place?.ordinal).not.toBeNull());
    await press('ArrowLeft');
    await until(() => expect(playhead.state?.included).toBe(included - 1));
    expect(text('inspector-version')).toContain(`v${included - 1}`);
  });

  it('selects by click and moves the playhead by double click', async () => {
    await openDemo();
    const before = playhead.place;
    const row = all('event-row')[2];
    if (row === undefined) throw new Error('no row');
    // A row's element shows another event once the list has moved.
    const ordinal = Number(row.dataset['ordinal']);
    await fireEvent.click(row);
    expect(playhead.place).toBe(before);
    expect(selection.row?.ordinal).toBe(ordinal);
    await fireEvent.dblClick(row);
    await until(() => expect(playhead.shown?.row?.ordinal).toBe(ordinal));
    await until(() => expect(all('event-row').some((r) => r.classList.contains('now'))).toBe(true));
  });

  it('keeps the event when the axis is switched', async () => {
    await openDemo();
    const row = all('event-row')[1];
    const ordinal = row?.dataset['ordinal'];
    if (row === undefined || ordinal === undefined) throw new Error('no row');
    await fireEvent.dblClick(row);
    await until(() => expect(playhead.shown?.row?.ordinal).toBe(Number(ordinal)));
    await fireEvent.click(one('axis-log'));
    await until(() => expect(playhead.place).toMatchObject({ axis: 'log', coord: ordinal }));
    await until(() => expect(text('playhead-time')).toMatch(/^e\d/));
  });

  it('filters, says how many match, and clears', async () => {
    await openDemo();
    await filter.apply('category == "payment"');
    await until(() => expect(text('filter-count')).toMatch(/^\d+ of 1,500$/));
    await until(() => expect(all('event-row').every((r) => r.textContent?.includes('payment-'))).toBe(true));
    // Elsewhere the key means something else.
    await press('Escape');
    expect(filter.applied).not.toBeNull();
    expect(filter.text).toBe('category == "payment"');
    await press('/');
    const editor = document.activeElement;
    expect(editor?.classList.contains('cm-content')).toBe(true);
    // In the field it leaves that; what is in force stays until it is cleared.
    await press('Escape');
    expect(document.activeElement).toBe(one('event-list'));
    expect(filter.applied).not.toBeNull();
    await fireEvent.click(one('filter-clear'));
    await until(() => expect(text('filter-count')).toBe('1,500 events'));
    expect(backend.calls).toContain('drop_filter');
  });

  it('says how many events a filter could not judge', async () => {
    await openDemo();
    const real = backend.call.bind(backend);
    const failing = async <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> => {
      const answer = await real(name, args);
      const judged = { failed: 3, firstFailure: 'v2: no number' };
      return name === 'apply_filter' ? ({ ...(answer as object), ...judged } as Answer<K>) : answer;
    };
    backend.call = failing;
    await filter.apply('category == "payment"');
    await until(() => expect(text('filter-failed')).toContain('could not judge 3 events'));
    expect(text('filter-failed')).toContain('v2: no number');
  });

  it('keeps its lanes where no event matches', async () => {
    await openDemo();
    const lanes = all('lane-row').map((row) => row.dataset['lane']);
    await filter.apply('type == "Nothing"');
    await until(() => expect(text('filter-count')).toBe('0 of 1,500'));
    await until(() => expect(session.lanes.every((lane) => lane.events === 0)).toBe(true));
    expect(all('lane-row').map((row) => row.dataset['lane'])).toEqual(lanes);
    filter.clear();
    await until(() => expect(session.lanes.some((lane) => lane.events > 0)).toBe(true));
  });

  it('shows an error of the filter and keeps the list', async () => {
    await openDemo();
    await filter.apply('type = 3');
    await until(() => expect(text('filter-error')).toContain('comparison'));
    expect(text('filter-count')).toBe('1,500 events');
    expect(document.querySelector('.cm-wrong')).not.toBeNull();
  });

  it('marks what the event at the playhead changed, and blames every field', async () => {
    await openDemo();
    await screen.goTo({ at: null, stream: 'order-1010' });
    await until(() => expect(playhead.state?.stream).toBe('order-1010'));
    await screen.goTo({ at: 'v2', stream: null });
    await until(() => expect(playhead.state?.included).toBe(2));
    await until(() => expect(document.querySelector('[data-path="/total"]')?.className).toContain('changed'));
    const total = document.querySelector('[data-path="/total"]');
    expect(total?.querySelector('s')?.textContent).toBe('0.00');
    expect(total?.querySelector('[data-testid="blame"]')?.textContent).toContain('v2');
    // A number beyond 2^53 keeps its digits.
    expect(document.querySelector('[data-path="/trace"]')?.textContent).toContain('9007199254740993');
    await fireEvent.click(one('state-before'));
    await until(() => expect(document.querySelector('[data-path="/total"]')?.textContent).toContain('0.00'));
  });

  it('compares the selected event with the one that is clicked with Alt, and goes back', async () => {
    await openDemo();
    await screen.goTo({ at: 'end', stream: 'order-1010' });
    await until(() => expect(playhead.state?.stream).toBe('order-1010'));
    const [a, b] = [all('event-row')[1], all('event-row')[3]];
    if (a === undefined || b === undefined) throw new Error('no rows');
    const ordinals = [Number(a.dataset['ordinal']), Number(b.dataset['ordinal'])];
    await fireEvent.click(a);
    await fireEvent.click(b, { altKey: true });
    expect(selection.row?.ordinal).toBe(ordinals[0]);
    expect([comparison.from?.row?.ordinal, comparison.to?.row?.ordinal]).toEqual(ordinals);
    await until(() => expect(text('diff-from-point')).toContain(selection.row?.stream));
    await until(() => expect(all('diff-list').length + all('diff-same').length).toBe(1));
    expect(a.dataset['point']).toBe('A');
    expect(b.dataset['point']).toBe('B');
    // On the timeline they stand at one place here: one letter above the other.
    const letterOf = (id: string): string | undefined => one(id).querySelector('span')?.style.bottom;
    expect([letterOf('point-A'), letterOf('point-B')]).toEqual(['0px', '16px']);
    await press('Escape');
    await until(() => expect(all('state-tree')).toHaveLength(1));
    expect(comparison.on).toBe(false);
    expect(all('event-row').every((row) => row.dataset['point'] === '')).toBe(true);
  });

  it('takes a row of another stream for its moment, and says which way a difference runs', async () => {
    await openDemo();
    await screen.goTo({ at: 'end', stream: 'order-1010' });
    await until(() => expect(playhead.state?.stream).toBe('order-1010'));
    const rows = all('event-row').filter((row) => !(row.textContent ?? '').includes('order-1010'));
    const [early, late] = [rows[0], rows.at(-1)];
    if (early === undefined || late === undefined) throw new Error('no rows');
    const other = early.querySelectorAll('[role=gridcell]')[1]?.getAttribute('title') ?? '';
    await fireEvent.click(early, { altKey: true });
    await until(() => expect(text('diff-to-point')).toMatch(/^order-1010 at .*\(with .*\)/));
    expect(one('diff-to-point').textContent).toContain(other);
    expect(selection.stream?.name).toBe('order-1010');
    // From the end back to an earlier row.
    await until(() => expect(all('diff-list').length + all('diff-same').length).toBe(1));
    await comparison.swap();
    await until(() => expect(all('diff-backwards')).toHaveLength(0));
    await screen.goTo({ at: 'v1', stream: null });
    comparison.forget();
    comparison.pickRow(
      (await backend.call('event', { source: 1, ordinal: Number(late.dataset['ordinal']) })).row,
    );
    comparison.swap();
    await until(() => expect(text('diff-backwards')).toContain('B lies before A'));
    comparison.clear();
  });

  it('folds the difference by the next projection, and says so where no picker stands', async () => {
    await openDemo();
    selection.tab = 'diff';
    await until(() => expect(all('projection')).toHaveLength(1));
    selection.tab = 'raw';
    await until(() => expect(all('projection')).toHaveLength(0));
    await press('j', { code: 'KeyJ' });
    expect(screen.notice).toBe(`Projection: ${projection.chosen ?? ''}`);
    projection.choose(null);
  });

  it('says of a selected event that it lies after the playhead, and takes the playhead there', async () => {
    await openDemo();
    await screen.goTo({ at: 'v1', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(1));
    const next = playhead.state?.next;
    if (next == null) throw new Error('no next event');
    await selection.chooseOrdinal(next);
    await until(() => expect(text('inspector-aside')).toContain('v2 (selected) is later than this state'));
    selection.tab = 'event';
    await until(() => expect(text('inspector-aside')).toBe('Selected: v2, after the playhead'));
    selection.tab = 'raw';
    await until(() => expect(text('inspector-aside')).toMatch(/v2, after the playhead\s*Playhead here/));
    await fireEvent.click(one('inspector-go'));
    await until(() => expect(playhead.state?.included).toBe(2));
    expect(all('inspector-aside')).toHaveLength(0);
  });

  it('tells the difference of two points marked by key, whatever lies between', async () => {
    await openDemo();
    await screen.goTo({ at: null, stream: 'order-1010' });
    await screen.goTo({ at: 'v1', stream: null });
    await until(() => expect(playhead.shown?.row?.version).toBe('1'));
    await press('c', { code: 'KeyC' });
    await screen.goTo({ at: 'v2', stream: null });
    await until(() => expect(playhead.shown?.row?.version).toBe('2'));
    await press('c', { code: 'KeyC' });
    await until(() => expect(text('diff-list')).toContain('total'));
    const difference = text('diff-list');
    await screen.goTo({ at: 'end', stream: null });
    await until(() => expect(playhead.shown?.rank).toBe(1500));
    expect(text('diff-list')).toBe(difference);
    // The same side by side, by its key: what is the same stands there, too.
    await press('y', { code: 'KeyY' });
    await until(() => expect(text('diff-beside')).toContain('total'));
    const rows = [...one('diff-beside').querySelectorAll('tbody tr')];
    expect(rows.some((row) => row.classList.contains('same'))).toBe(true);
    expect(rows.some((row) => !row.classList.contains('same') && row.textContent.includes('total'))).toBe(
      true,
    );
    expect(preferences.now.diffAs).toBe('beside');
    // And as one document: what is the same once, what differs behind its sign.
    await press('y', { code: 'KeyY' });
    const signs = (): string[] =>
      [...one('diff-overlaid').querySelectorAll('li')].map((line) => line.textContent.trim());
    await until(() => expect(signs().some((line) => /^\+\s*"total"/.test(line))).toBe(true));
    expect(signs().some((line) => /^[^+−]/.test(line))).toBe(true);
    await fireEvent.click(one('diff-as-changes'));
    expect(text('diff-list')).toBe(difference);
    expect(text('diff-clear')).toBe('End comparison');
    await fireEvent.click(one('diff-clear'));
    await until(() => expect(all('diff-list')).toHaveLength(0));
  });

  it('goes to the cause of an event, and says when it is not there', async () => {
    await openDemo();
    await screen.goTo({ at: 'v2', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(2));
    selection.tab = 'event';
    await until(() => expect(text('event-facts')).toContain('order-1010'));
    await until(() => expect(selection.event?.row.version).toBe('2'));
    await fireEvent.click(one('event-cause'));
    await until(() => expect(selection.row?.version).toBe('1'));
    await until(() => expect(selection.event?.row.version).toBe('1'));
    await fireEvent.click(one('event-cause'));
    await until(() => expect(text('event-cause-missing')).toContain('not in this source'));
  });

  it('says in Chinese what is wrong with a file, and what a guess goes by', async () => {
    await start();
    preferences.setLanguage('zh');
    await screen.openPath('/data/broken.db');
    await until(() => expect(text('error-screen')).toContain('/data/broken.db 已损坏'));
    await screen.openPath('/data/journal.db');
    await until(() => expect(text('mapping-screen')).toContain('entity 像是流'));
    preferences.setLanguage('en');
  });

  it('shows states, differences and blame through the projection that is chosen, and remembers it', async () => {
    await openDemo();
    await screen.goTo({ at: 'v3', stream: 'order-1010' });
    await until(() => expect(playhead.state?.included).toBe(3));
    const merged = text('state-tree');
    await fireEvent.change(one('projection'), { target: { value: 'latest' } });
    await until(() => expect(playhead.state?.projection).toBe('latest'));
    expect(text('state-tree')).not.toBe(merged);
    expect(preferences.now.projections[session.source?.path ?? '']).toBe('latest');
    const path = session.source?.path ?? '';
    await screen.openPath(path);
    await until(() => expect(playhead.state?.projection).toBe('latest'));
    projection.choose(null);
    await until(() => expect(playhead.state?.projection).toBe('merge'));
    await press('j', { code: 'KeyJ' });
    // The default is merge here: the next one is one that differs.
    await until(() => expect(projection.chosen).toBe('latest'));
    projection.choose(null);
  });

  it('forgets a projection that is not offered any more', async () => {
    await openDemo();
    preferences.now.projections = { [session.source?.path ?? '']: 'gone' };
    await screen.openPath(session.source?.path ?? '');
    await until(() => expect(projection.all.length).toBeGreaterThan(0));
    expect(projection.chosen).toBeNull();
  });

  it('sets the speed by two digits behind its key, and shows them as they come', async () => {
    await openDemo();
    const speed = async (...keys: string[]): Promise<void> => {
      for (const key of ['v', ...keys]) await press(key, { code: key === 'v' ? 'KeyV' : `Digit${key}` });
    };
    const lane = (): string | null => one('lane-row').getAttribute('aria-pressed');
    await speed();
    await until(() => expect(text('speed')).toBe('__×'));
    await press('1', { code: 'Digit1' });
    await until(() => expect(text('speed')).toBe('1_×'));
    await press('6', { code: 'Numpad6' });
    expect(playhead.speed).toBe(16);
    await until(() => expect(text('speed')).toBe('16×'));
    expect(lane()).toBe('true');
    await speed('0', '3');
    expect(playhead.speed).toBe(3);
    // What is typed of another one is given up, or stands, by the keys that say so elsewhere.
    await speed('9');
    await press('Escape');
    expect(playhead.speed).toBe(3);
    await speed('7');
    await press('Enter');
    expect(playhead.speed).toBe(7);
    await speed('3');
    // Any other key ends it, and is not lost.
    const { before } = hover;
    await press('b', { code: 'KeyB' });
    expect(playhead.speed).toBe(3);
    expect(hover.before).toBe(!before);
    hover.before = before;
    await press(']', { code: 'BracketRight' });
    expect(playhead.speed).toBe(4);
    await press('[', { code: 'BracketLeft' });
    await press('[', { code: 'BracketLeft' });
    expect(playhead.speed).toBe(1);
  });

  it('switches lanes off and on by number, several one after the other too', async () => {
    await openDemo();
    const pressed = (): (string | null)[] => all('lane-row').map((row) => row.getAttribute('aria-pressed'));
    expect(pressed()).toEqual(['true', 'true', 'true', 'true']);
    const { speed } = playhead;
    await press('1', { code: 'Digit1' });
    await press('3', { code: 'Digit3' });
    expect(pressed()).toEqual(['false', 'true', 'false', 'true']);
    expect(playhead.speed).toBe(speed);
    await press('1', { code: 'Digit1' });
    expect(pressed()).toEqual(['true', 'true', 'false', 'true']);
  });

  it('says when another program has written to the file since it was read', async () => {
    await openDemo();
    expect(all('reindex')).toHaveLength(0);
    backend.stale = true;
    session.glance();
    await until(() => expect(all('reindex')).toHaveLength(1));
    expect(document.body.textContent).toContain('The file has changed since it was read');
  });

  it('speaks Chinese at a click', async () => {
    await openDemo();
    await fireEvent.click(one('language-switch'));
    await until(() => expect(text('axis-time')).toBe('事件时间'));
    expect(document.documentElement.lang).toBe('zh-CN');
    await fireEvent.click(one('language-switch'));
    await until(() => expect(text('axis-time')).toBe('Event time'));
  });

  it('moves back to the welcome screen and closes the source', async () => {
    await openDemo();
    await fireEvent.click(one('home'));
    await until(() => expect(all('welcome')).toHaveLength(1));
    expect(backend.calls).toContain('close');
  });
});

describe('a history that is being read', () => {
  it('grows at the end, and can be stopped', async () => {
    await start(new MockBackend({ events: 1500, slowIndex: true }));
    await screen.openPath('/data/shop.db');
    await until(() => expect(all('cancel-index')).toHaveLength(1));
    const first = playhead.shown?.rank ?? 0;
    await until(() => expect(playhead.shown?.rank ?? 0).toBeGreaterThan(first));
    expect(text('status-events')).toContain('reading');
    await fireEvent.click(one('cancel-index'));
    await until(() => expect(all('reindex')).toHaveLength(1));
  });
});

describe('a failing backend', () => {
  it('shows what has no text of its own with its code', async () => {
    class Failing extends MockBackend {
      override async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
        if (name === 'open') throw new BackendError({ code: 'brand-new', message: 'the moon is in the way' });
        return super.call(name, args);
      }
    }
    await start(new Failing({ events: 100 }));
    await screen.openPath('/data/shop.db');
    await until(() => expect(text('error-code')).toBe('brand-new'));
    expect(text('error-screen')).toContain('the moon is in the way');
  });
});
