/** The open source compared with another file: asking, waiting, and walking through what was found. */
import { cleanup, fireEvent } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { locale } from '../src/i18n/index.svelte';
import { compare } from '../src/state/compare.svelte';
import { FORM, isMoment, isNumber, lagOf, optionsOf, readForm } from '../src/state/compareForm';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { selection } from '../src/state/selection.svelte';
import { session } from '../src/state/session.svelte';
import { view } from '../src/state/view.svelte';
import { all, backend, freshWindows, one, openDemo, press, start, text, until } from './steps';

freshWindows();
afterEach(() => {
  compare.form = { ...FORM };
  Object.assign(preferences.now, { compare: { ...FORM }, evidence: 'beside' });
});

const key = (code: string, more: KeyboardEventInit = {}): Promise<boolean> =>
  press(code.replace(/^Key|^Digit/, ''), { code, ...more });

async function write(id: string, value: string): Promise<void> {
  await fireEvent.input(one(id), { target: { value } });
}

async function begin(path = '/home/ada/data/copy.ndjson'): Promise<void> {
  await openDemo();
  await key('KeyM');
  await until(() => expect(all('compare-form')).toHaveLength(1));
  await write('compare-path', path);
  await fireEvent.submit(one('compare-form').querySelector('form') as HTMLFormElement);
}

async function compared(path?: string): Promise<void> {
  await begin(path);
  await until(() => expect(all('compare-verdict')).toHaveLength(1));
}

const place = (): string => text('finding-place');
const category = (): string | undefined => compare.evidence?.finding.category;

describe('the form of a comparison', () => {
  it('is opened by its key and by a button, and left without one', async () => {
    await openDemo();
    await fireEvent.click(one('compare-with'));
    await until(() => expect(all('compare-form')).toHaveLength(1));
    expect(document.activeElement).toBe(one('compare-path'));
    expect(one('compare-start').hasAttribute('disabled')).toBe(true);
    compare.asking = false;
    await until(() => expect(all('compare-form')).toHaveLength(0));
    expect(backend.calls).not.toContain('compare_start');
  });

  it('takes a file from the dialog and from those opened before', async () => {
    await openDemo();
    await key('KeyM');
    await until(() => expect(all('compare-candidate')).toHaveLength(2));
    await fireEvent.click(all('compare-candidate')[1] as HTMLElement);
    expect((one('compare-path') as HTMLInputElement).value).toBe('/home/ada/data/shop.db');
    await fireEvent.click(one('compare-browse'));
    await until(() =>
      expect((one('compare-path') as HTMLInputElement).value).toBe('/home/ada/data/journal.db'),
    );
  });

  it('says what is wrong with the lag before it begins', async () => {
    await openDemo();
    await key('KeyM');
    await until(() => expect(all('compare-form')).toHaveLength(1));
    await write('compare-path', '/b.ndjson');
    await write('compare-lag', 'soon');
    expect(one('compare-start').hasAttribute('disabled')).toBe(true);
    expect(one('compare-lag').getAttribute('aria-invalid')).toBe('true');
    await write('compare-lag', '0.5');
    expect(one('compare-start').hasAttribute('disabled')).toBe(false);
  });

  it('reads seconds to the millisecond, and pointers apart by whatever one writes', () => {
    expect([lagOf('30'), lagOf(' 0.5 '), lagOf('1,25'), lagOf('-1'), lagOf('1.0001'), lagOf('')]).toEqual([
      30_000n,
      500n,
      1250n,
      null,
      null,
      null,
    ]);
    const form = {
      ...FORM,
      lag: '2',
      settled: true,
      ignore: ' /a/b, type\n/c ',
      identity: 'id' as const,
      number: ' 0,01 ',
      time: '1.5',
      rightCompacted: true,
      streams: 'order-*, basket 1',
      categories: 'order',
      // Of two complete sides nothing was ever unknown.
      knownAt: '-15m',
    };
    expect(optionsOf(form)).toEqual({
      lagToleranceMs: '2000',
      settled: true,
      ignore: ['/a/b', 'type', '/c'],
      identity: 'id',
      metadata: false,
      numberTolerance: '0.01',
      timeToleranceMs: '1500',
      leftCompacted: false,
      rightCompacted: true,
      onlyStreams: ['order-*', 'basket 1'],
      onlyCategories: ['order'],
      onlyTypes: [],
      knownAt: null,
      correlated: null,
      projection: null,
    });
    expect(optionsOf({ ...form, settled: false })?.knownAt).toBe('-15m');
    expect(optionsOf({ ...FORM, number: 'about one' })).toBeNull();
    expect(['', '0.01', '1e-3', '-1', 'x'].map(isNumber)).toEqual([true, true, true, false, false]);
    expect(['', '-15m', '2026-11-20T14:32:07Z', 'v7', 'soon'].map(isMoment)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('shows what is asked seldom when it is asked for, and keeps it for the next time', async () => {
    await openDemo();
    await key('KeyM');
    await until(() => expect(all('compare-form')).toHaveLength(1));
    expect(one('compare-more').hasAttribute('open')).toBe(false);
    await write('compare-path', '/home/ada/data/copy.ndjson');
    await write('compare-number', '0.01');
    await write('compare-only-types', 'OrderPlaced');
    await fireEvent.submit(one('compare-form').querySelector('form') as HTMLFormElement);
    await until(() => expect(all('compare-verdict')).toHaveLength(1));
    await key('KeyM');
    await until(() => expect(all('compare-form')).toHaveLength(1));
    expect((one('compare-number') as HTMLInputElement).value).toBe('0.01');
    expect(one('compare-more').hasAttribute('open')).toBe(true);
    const saved = readForm(JSON.parse(JSON.stringify(preferences.now.compare)));
    expect([saved.types, saved.path]).toEqual(['OrderPlaced', '']);
    expect(readForm({ lag: 'soon', identity: 'nothing' })).toEqual(FORM);
  });

  it('offers the files that have most in common first, and says what', async () => {
    await openDemo();
    await key('KeyM');
    await until(() => expect(all('compare-candidate')).toHaveLength(2));
    const [best, next] = all('compare-candidate').map((c) => c.textContent?.replace(/\s+/g, ' ').trim());
    expect(best).toContain('orders-2026-11-19.ndjson');
    expect(best).toContain('ids 63/64');
    expect(best).toContain('streams 398/400');
    expect(next).toContain('shop.db');
    await fireEvent.click(all('compare-candidate')[0] as HTMLElement);
    expect((one('compare-path') as HTMLInputElement).value).toContain('orders-2026-11-19.ndjson');
    expect(all('compare-candidate')[0]?.getAttribute('aria-pressed')).toBe('true');
  });
});

describe('a comparison', () => {
  it('shows how far it is, and ends at once when it is cancelled', async () => {
    await openDemo();
    backend.endless = true;
    compare.form.path = '/b.ndjson';
    await compare.start();
    await until(() => expect(text('compare-progress')).toContain('b.ndjson'));
    expect(all('finding-strip')).toHaveLength(0);
    await fireEvent.click(one('compare-cancel'));
    await until(() => expect(all('compare-cancelled')).toHaveLength(1));
    await fireEvent.click(one('compare-close'));
    await until(() => expect(all('findings')).toHaveLength(0));
    expect(backend.calls.at(-1)).toBe('compare_close');
  });

  it('says so when it is cancelled before it has begun', async () => {
    await openDemo();
    const call = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      if (name === 'compare_start') await new Promise(() => undefined);
      return call(name, args);
    });
    compare.form.path = '/b.ndjson';
    void compare.start();
    await until(() => expect(all('compare-cancel')).toHaveLength(1));
    await fireEvent.click(one('compare-cancel'));
    await until(() => expect(document.body.textContent).toContain('The comparison was cancelled.'));
    expect(all('findings')).toHaveLength(0);
  });

  it('says why it could not be begun', async () => {
    await begin('/home/ada/none.db');
    // Where it was written, which is what one mends; no empty drawer stands behind it.
    await until(() => expect(text('compare-refused')).toContain('/home/ada/none.db cannot be opened'));
    expect(all('findings')).toHaveLength(0);
    expect((one('compare-path') as HTMLInputElement).value).toBe('/home/ada/none.db');
  });

  it('says so when nothing differs', async () => {
    await compared('/home/ada/same.db');
    expect(text('compare-verdict')).toContain('Both sides say the same.');
    expect(text('compare-none')).toBe('Nothing differs.');
    // How long it took until they were the same is told all the same.
    expect(all('compare-lag-chart')).toHaveLength(1);
    expect(all('compare-tab-map')).toHaveLength(0);
    // As known at a moment something may have been under way: there is a list.
    await key('KeyK');
    await until(() => expect(text('findings-none-listed')).toBe('Nothing had been found by then.'));
    expect(all('compare-none')).toHaveLength(0);
    await key('KeyK');
    await until(() => expect(text('compare-none')).toBe('Nothing differs.'));
    await key('KeyN');
    expect(compare.at).toBeNull();
  });

  it('ends with its source', async () => {
    await compared();
    session.end();
    expect(compare.now).toBeNull();
    expect(backend.calls.filter((name) => name === 'compare_close')).toHaveLength(1);
  });
});

describe('the findings', () => {
  it('are told in a sentence, counted, and grouped by category', async () => {
    await compared();
    expect(text('compare-verdict')).toMatch(/They differ: \d+ confirmed findings; \d+ of \d+ streams/);
    expect(text('category-missing')).toMatch(/^1 Missing \d+$/);
    const heads = [...document.querySelectorAll('.row.head')].map((head) => head.textContent?.trim());
    expect(heads[0]).toMatch(/^Missing \d+$/);
    // The first is looked at at once.
    await until(() => expect(place()).toMatch(/^1 of \d+$/));
  });

  it('are stepped through by key, and each takes selection and playhead along', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    const first = compare.evidence?.finding;
    await until(() => expect(selection.row?.ordinal).toBe(first?.left?.ordinal));
    expect(playhead.place?.ordinal).toBe(first?.left?.ordinal);
    await key('KeyN');
    await until(() => expect(place()).toMatch(/^2 of/));
    await until(() => expect(compare.evidence?.finding.number).not.toBe(first?.number));
    const second = compare.evidence?.finding;
    await until(() => expect(selection.row?.ordinal).toBe(second?.left?.ordinal));
    await key('KeyN', { shiftKey: true });
    await until(() => expect(compare.evidence?.finding.number).toBe(first?.number));
    // Before the first is the last.
    await key('KeyN', { shiftKey: true });
    await until(() => expect(compare.at).toBe(compare.total - 1));
  });

  it('that only the right side has lead to their moment', async () => {
    await compared();
    await fireEvent.click(one('category-missing'));
    await key('KeyN');
    await until(() => expect(category()).toBe('extra'));
    const finding = compare.evidence?.finding;
    await until(() => expect(playhead.place?.coord).toBe(finding?.atTime));
    expect(playhead.place?.ordinal).toBeNull();
    expect(selection.row).toBeNull();
    expect(text('finding-evidence')).toContain('This side has no such event.');
    preferences.now.axis = 'log';
    await key('KeyN');
    await until(() => expect(playhead.place?.coord).toBe(compare.evidence?.finding.atLog));
  });

  it('show both events with what differs marked by more than a colour', async () => {
    await compared();
    for (const name of ['missing', 'extra']) await fireEvent.click(one(`category-${name}`));
    await key('KeyN');
    await until(() => expect(category()).toBe('conflict'));
    const marked = [...document.querySelectorAll('[data-testid="finding-evidence"] tr.differs')];
    expect(marked.map((row) => row.textContent?.replace(/\s+/g, ' ').trim())).toEqual(['≠rebate–0.99']);
    expect(document.querySelectorAll('[data-testid="finding-evidence"] thead th')).toHaveLength(2);
  });

  it('are narrowed by digits while the focus is among them, and by status', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    const before = compare.total;
    one('finding-list').focus();
    await key('Digit1');
    expect(compare.hiddenCategories).toEqual(['missing']);
    expect(one('category-missing').getAttribute('aria-pressed')).toBe('false');
    expect(compare.total).toBeLessThan(before);
    // What one looked at is no longer listed.
    await until(() => expect(place()).toMatch(/^– of/));
    await key('Digit1');
    await until(() => expect(place()).toMatch(/^1 of/));
    expect(compare.total).toBe(before);
    // Elsewhere a digit switches a lane.
    one('finding-list').blur();
    await key('Digit1');
    expect(compare.hiddenCategories).toEqual([]);
    for (const status of ['confirmed', 'pending', 'healed']) await fireEvent.click(one(`status-${status}`));
    await until(() => expect(all('findings-none-listed')).toHaveLength(1));
    await fireEvent.click(one('status-outOfCoverage'));
    await until(() => expect(compare.total).toBe(1));
  });

  it('tell their statuses by shape', async () => {
    await compared();
    const drawn = (status: string): string =>
      one(`status-${status}`)
        .querySelector('svg')
        ?.innerHTML.replace(/<!--.*?-->/g, '') ?? '';
    const shapes = ['confirmed', 'pending', 'healed', 'outOfCoverage'].map(drawn);
    expect(new Set(shapes).size).toBe(4);
    expect(one('status-pending').querySelector('svg')?.getAttribute('aria-label')).toBe('pending');
  });

  it('stand by time when that is asked for, and the one looked at stays', async () => {
    await compared();
    await key('KeyN');
    await until(() => expect(compare.evidence?.finding.number).toBeGreaterThan(0));
    expect(place()).toMatch(/^2 of/);
    const { number } = compare.evidence?.finding ?? {};
    await fireEvent.click(one('order-time'));
    await until(() => expect(compare.at).not.toBeNull());
    expect(compare.evidence?.finding.number).toBe(number);
    expect(document.querySelectorAll('.row.head')).toHaveLength(0);
  });

  it('are walked through in the list by arrows', async () => {
    await compared();
    const list = one('finding-list');
    list.focus();
    await fireEvent.keyDown(list, { key: 'ArrowDown' });
    expect(compare.at).toBe(1);
    await fireEvent.keyDown(list, { key: 'End' });
    expect(compare.at).toBe(compare.total - 1);
    await fireEvent.keyDown(list, { key: 'ArrowUp' });
    expect(compare.at).toBe(compare.total - 2);
    await fireEvent.keyDown(list, { key: 'Home' });
    expect(compare.at).toBe(0);
    await until(() =>
      expect(all('finding-row').some((r) => r.getAttribute('aria-selected') === 'true')).toBe(true),
    );
  });

  it('can be put away and brought back by key', async () => {
    await compared();
    await key('KeyM', { shiftKey: true });
    await until(() => expect(all('findings')).toHaveLength(0));
    expect(compare.now).not.toBeNull();
    await key('KeyM', { shiftKey: true });
    await until(() => expect(document.activeElement).toBe(one('finding-list')));
  });

  it('are said in Chinese as well', async () => {
    await compared();
    preferences.setLanguage('zh');
    await until(() => expect(text('compare-verdict')).toMatch(/两侧不同：\d+ 处已确认的差异/));
    expect(text('findings')).toContain('左侧查看的 1024 个标识中有 1024 个也在右侧');
    expect(text('findings')).not.toMatch(/Missing|Extra|confirmed/);
    locale.set('en');
    cleanup();
  });
});

describe('the demo', () => {
  it('opens on a comparison with its mirror', async () => {
    await start();
    await until(() => expect(all('demo-compare')).toHaveLength(1));
    await fireEvent.click(one('demo-compare'));
    await until(() => expect(text('compare-verdict')).toContain('demo-shop-mirror.ndjson'));
    await until(() => expect(place()).toMatch(/^1 of/));
  });
});

describe('the strip of findings', () => {
  it('leads to the nearest finding', async () => {
    await compared();
    const coord = (view.from + view.to) / 2n;
    await compare.chooseNear('time', coord);
    const gap = (): bigint => {
      const off = BigInt(compare.evidence?.finding.atTime ?? '0') - coord;
      return off < 0n ? -off : off;
    };
    await until(() => expect(gap()).toBeLessThan(3_000_000_000_000n));
    expect(compare.evidence?.finding.number).not.toBe(0);
  });
});
