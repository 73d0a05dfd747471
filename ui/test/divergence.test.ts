/** How a divergence is shown: what is certain first, as known at a moment, as states, by stream and time, as lengths. */
import { fireEvent } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FindingDto } from '../src/ipc/contract';
import { compare } from '../src/state/compare.svelte';
import { FORM } from '../src/state/compareForm';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { selection } from '../src/state/selection.svelte';
import { all, backend, freshWindows, one, openDemo, press, text, until } from './steps';

freshWindows();
afterEach(() => {
  compare.form = { ...FORM };
  Object.assign(preferences.now, { compare: { ...FORM }, evidence: 'beside' });
});

const key = (code: string, more: KeyboardEventInit = {}): Promise<boolean> =>
  press(code.replace(/^Key|^Digit/, ''), { code, ...more });

async function compared(): Promise<void> {
  await openDemo();
  compare.form.path = '/home/ada/data/copy.ndjson';
  await compare.start();
  await until(() => expect(all('compare-verdict')).toHaveLength(1));
}

const category = (): string | undefined => compare.evidence?.finding.category;

describe('what is certain first', () => {
  it('is what one looks at first, is told, and gone back to by key', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    // The very first finding is out of coverage, and certain of nothing.
    const { first } = compare.now?.summary ?? {};
    expect(first).toBeGreaterThan(0);
    expect(compare.evidence?.finding.number).toBe(first);
    await until(() => expect(text('compare-first')).toMatch(/^First: Missing in /));
    await key('KeyN');
    await until(() => expect(compare.evidence?.finding.number).not.toBe(first));
    await key('KeyI', { shiftKey: true });
    await until(() => expect(compare.evidence?.finding.number).toBe(first));
  });
});

describe('a finding that was chosen', () => {
  it('stays, though the answer about the first one comes after it', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    const first = compare.at;
    let answer: () => void = () => undefined;
    const held = new Promise<void>((done) => (answer = done));
    const call = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      const found = await call(name, args);
      if (name === 'finding_place') await held;
      return found;
    });
    const late = compare.chooseNumber(compare.now?.summary?.first ?? 0);
    compare.step(1);
    compare.step(1);
    const { at } = compare;
    expect(at).not.toBe(first);
    answer();
    await late;
    expect(compare.at).toBe(at);
  });
});

describe('what only the other side has', () => {
  it('is what is inspected: by its name, with its fields, and with nothing of another stream', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    compare.only('extra');
    await until(() => expect(category()).toBe('extra'));
    const { finding } = compare.evidence ?? {};
    await until(() => expect(text('inspector-stream')).toBe(finding?.stream));
    expect(selection.stream).toBeNull();
    expect(text('state-none')).toContain('only the other side of the comparison has it');
    expect(playhead.state).toBeNull();
    // It is known by the number that the command line takes, wherever it stands in the list.
    expect(text('finding-number')).toBe(`#${(finding?.number ?? 0) + 1}`);
    preferences.now.evidence = 'state';
    await until(() => expect(all('evidence-states')).toHaveLength(1));
    await until(() => expect(one('evidence-states').querySelectorAll('tbody tr').length).toBeGreaterThan(0));
    // Stepping through time offers no other stream in its place; choosing an event does.
    playhead.start();
    await until(() => expect(playhead.shown?.rank).toBe(0));
    expect(selection.stream).toBeNull();
    await fireEvent.click(one('event-row'));
    await until(() => expect(selection.stream).not.toBeNull());
    expect(text('inspector-stream')).toBe(selection.stream?.name);
  });
});

describe('the list', () => {
  it('that becomes shorter shows its rows, however far it was scrolled', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    const list = one('finding-list');
    list.scrollTop = 4000;
    await fireEvent.scroll(list);
    compare.only('extra');
    await until(() => expect(all('finding-row').length).toBeGreaterThan(0));
    await until(() => {
      const [first] = all('finding-row');
      const y = Number(/translateY\((-?[\d.]+)px\)/.exec(first?.style.transform ?? '')?.[1]);
      expect(y).toBeLessThan(compare.total * 22 + 44);
    });
  });
});

describe('as known at a moment', () => {
  it('findings that had not begun are left out, and those that healed later had not', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    const whole = compare.total;
    const late = compare.byCategory.get('late') ?? 0;
    expect(late).toBeGreaterThan(0);
    // Just after the second late one had begun.
    const began = BigInt((await lateFindings())[1]?.since ?? '0');
    playhead.moveTo(began + 1n);
    await key('KeyK');
    await until(() => expect(compare.knownAt).toBe(String(began + 1n)));
    expect(compare.total).toBeLessThan(whole);
    expect(compare.byCategory.get('late')).toBe(1);
    expect(text('compare-until')).toMatch(/^As known at /);
    expect(text('compare-awaited')).toMatch(/^\d+ events? (was|were) under way\.$/);
    // They are pending then, as the command line lists them.
    expect(compare.byStatus.get('pending')).toBe(compare.awaited);
    const { findings } = await backend.call('findings', {
      comparison: compare.now?.id ?? 0,
      list: compare.list,
      offset: 0,
      limit: 500,
    });
    const awaited = findings.find((finding) => finding.awaited);
    const before = compare.at;
    await compare.chooseNumber(awaited?.number ?? -1);
    await until(() => expect(text('finding-awaited')).toBe('came within the lag tolerance'));
    expect(category()).toBe('missing');
    // In the end it has no number by which the command line would know it.
    expect(all('finding-number')).toHaveLength(0);
    // Where the playhead has passed its coming, it was late and is well.
    playhead.moveTo(began + 3_000_000_000n);
    await until(() => expect(category()).toBe('late'));
    expect(all('finding-awaited')).toHaveLength(1);
    playhead.moveTo(began + 1n);
    await until(() => expect(compare.knownAt).toBe(String(began + 1n)));
    compare.choose(before ?? 0);
    await until(() => expect(all('finding-number')).toHaveLength(1));
    const at = BigInt(compare.knownAt ?? '0');
    const said = text('finding-evidence').includes('had not begun by then');
    expect(said).toBe(BigInt(compare.evidence?.finding.since ?? '0') > at);
    // The playhead says when; stepping does not move it.
    const { place: stands } = playhead;
    await key('KeyN');
    await until(() => expect(selection.row).not.toBeNull());
    expect(playhead.place).toEqual(stands);
    await key('KeyK');
    expect(compare.total).toBe(whole);
    expect(compare.knownAt).toBeNull();
    expect(all('compare-awaited')).toEqual([]);
  });

  it('are shown first where the form says so', async () => {
    await openDemo();
    compare.form = { ...FORM, path: '/b.ndjson', knownAt: '-600m' };
    await compare.start();
    await until(() => expect(compare.knownAt).not.toBeNull());
    expect(compare.knownBy).toBe('moment');
    expect(one('known-moment').getAttribute('aria-pressed')).toBe('true');
    await until(() => expect(compare.evidence).not.toBeNull());
    const then = compare.total;
    await fireEvent.click(one('known-end'));
    expect(compare.total).toBeGreaterThan(then);
  });
});

const lateFindings = async (): Promise<FindingDto[]> => {
  const list = {
    hiddenCategories: ['missing', 'extra', 'conflict'],
    hiddenStatuses: [],
    grouped: false,
    knownAt: null,
  };
  const comparison = compare.now?.id ?? 0;
  return (await backend.call('findings', { comparison, list, offset: 0, limit: 10 })).findings;
};

describe('the evidence', () => {
  it('is side by side, overlaid, or the states it leads to, by key and for good', async () => {
    await compared();
    for (const name of ['missing', 'extra']) await fireEvent.click(one(`category-${name}`));
    await key('KeyN');
    await until(() => expect(category()).toBe('conflict'));
    await key('KeyY');
    const lines = [...document.querySelectorAll('[data-testid="evidence-overlaid"] li')];
    const signed = lines.filter((line) => line.querySelector('.sign')?.textContent !== '');
    expect(signed.map((line) => line.textContent?.trim())).toEqual(['+"rebate": 0.99']);
    expect(signed[0]?.querySelector('.sign')?.getAttribute('aria-label')).toBe('copy.ndjson');
    await key('KeyY');
    await until(() => expect(all('evidence-states')).toHaveLength(1));
    expect(text('evidence-states')).toContain('rebate');
    expect(text('evidence-states')).toContain('set by');
    expect(text('states-summary')).toMatch(/^1 field differs; \d+ are the same\.$/);
    expect(preferences.now.evidence).toBe('state');
    await key('KeyY');
    await until(() => expect(all('evidence-states-overlaid')).toHaveLength(1));
    const added = [...one('evidence-states-overlaid').querySelectorAll('li.right')];
    expect(added.map((line) => line.textContent.trim())).toEqual(['+"rebate": 0.99']);
    await fireEvent.click(one('evidence-as-beside'));
    await until(() => expect(all('evidence-states')).toHaveLength(0));
  });
});

describe('the map of findings', () => {
  it('is walked through by keys, and leads to the first finding of a cell', async () => {
    await compared();
    await until(() => expect(compare.evidence).not.toBeNull());
    await key('KeyI');
    await until(() => expect(all('map-grid')).toHaveLength(1));
    expect(all('finding-list')).toHaveLength(0);
    const grid = one('map-grid');
    await fireEvent.keyDown(grid, { key: 'ArrowDown' });
    await fireEvent.keyDown(grid, { key: 'ArrowDown' });
    const cell = document.getElementById(grid.getAttribute('aria-activedescendant') ?? '');
    expect(cell?.getAttribute('aria-label')).toMatch(/\d+ findings?, (confirmed|healed|pending)$/);
    const stream = /^[^,]+/.exec(cell?.getAttribute('aria-label') ?? '')?.[0];
    await fireEvent.keyDown(grid, { key: 'Enter' });
    await until(() => expect(compare.evidence?.finding.stream).toBe(stream));
    expect(all('finding-evidence')).toHaveLength(1);
  });

  it('is a table for those who do not see it, with the findings of each stream counted', async () => {
    await compared();
    compare.tab = 'map';
    await until(() => expect(all('map-grid')).toHaveLength(1));
    await fireEvent.click(one('map-as-table'));
    await until(() => expect(all('map-table')).toHaveLength(1));
    const [head, ...rows] = one('map-table').querySelectorAll('tr');
    expect(head?.textContent).toContain('confirmed');
    expect(rows.length).toBeGreaterThan(1);
    await fireEvent.click(rows[1]?.querySelector('button') as HTMLElement);
    const name = rows[1]?.querySelector('th')?.textContent?.trim();
    await until(() => expect(compare.evidence?.finding.stream).toBe(name));
  });
});

describe('the lag', () => {
  it('is told as streams in disagreement over time, and as lengths', async () => {
    await compared();
    await key('KeyI');
    await key('KeyI');
    await until(() => expect(text('lag-most')).toMatch(/^at most \d+ at once/));
    expect(text('lag-converge')).toMatch(/\d+ disagreements healed: half within 1 min 35 s/);
    expect(one('lag-converge').querySelectorAll('tr')).toHaveLength(1);
    expect(text('lag-pairs')).toContain('No pair of events has two times.');
    await key('KeyI');
    await until(() => expect(text('at-playhead')).toContain('demo-shop.db'));
    await key('KeyI');
    await until(() => expect(all('finding-list')).toHaveLength(1));
  });
});

describe('both sides of a comparison', () => {
  it('stand head to head above and below the strip', async () => {
    await compared();
    await until(() => expect(Number(one('side-left').dataset['stretches'])).toBeGreaterThan(3));
    expect(one('side-left').textContent).toContain('demo-shop.db');
    expect(one('side-right').textContent).toContain('copy.ndjson');
    expect(Number(one('side-right').dataset['stretches'])).toBeGreaterThan(3);
  });
});
