/** Comparisons of other modes are asked for, rules are checked, and both sides are kept together: over the backend in memory. */
import { fireEvent } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { beside } from '../src/state/beside.svelte';
import { compare } from '../src/state/compare.svelte';
import { FORM } from '../src/state/compareForm';
import { playhead } from '../src/state/playhead.svelte';
import { preferences } from '../src/state/preferences.svelte';
import { BLANK } from '../src/state/ruleForm';
import { rules } from '../src/state/rules.svelte';
import { all, freshWindows, one, openDemo, press, text, until } from './steps';

freshWindows();
afterEach(() => {
  compare.form = { ...FORM };
  Object.assign(rules.form, BLANK);
  Object.assign(preferences.now, { compare: { ...FORM }, evidence: 'beside', sync: 'time' });
});

const key = (code: string, more: KeyboardEventInit = {}): Promise<boolean> =>
  press(code.replace(/^Key/, ''), { code, ...more });

describe('the form', () => {
  it('asks for a key where events belong together, and for a table where there are states', async () => {
    await openDemo();
    await key('KeyM');
    await until(() => expect(all('compare-form')).toHaveLength(1));
    expect(all('compare-identity')).toHaveLength(1);
    await fireEvent.click(one('mode-of-correlated'));
    await until(() => expect(all('compare-leftKey')).toHaveLength(1));
    expect(all('compare-identity')).toHaveLength(0);
    await fireEvent.input(one('compare-path'), { target: { value: '/home/ada/data/bills.db' } });
    expect(one('compare-start')).toHaveProperty('disabled', true);
    await fireEvent.input(one('compare-leftKey'), { target: { value: 'payload.order' } });
    await until(() => expect(one('compare-start')).toHaveProperty('disabled', false));
    await fireEvent.input(one('compare-within'), { target: { value: 'soon' } });
    await until(() => expect(one('compare-start')).toHaveProperty('disabled', true));
    await fireEvent.click(one('mode-of-projection'));
    await until(() => expect(all('compare-table')).toHaveLength(1));
    expect(one('compare-start')).toHaveProperty('disabled', false);
  });
});

describe('rules', () => {
  it('are listed with what keeps them from being checked, and their violations are findings', async () => {
    await openDemo();
    await key('KeyR', { shiftKey: true });
    await until(() => expect(all('stated-rule')).toHaveLength(3));
    expect(all('stated-rule')[1]?.textContent).toContain('is about copy.db');
    expect(all('stated-rule')[2]?.textContent).toContain('line 9');
    await fireEvent.click(one('rules-start'));
    await until(() => expect(text('compare-verdict')).toContain('violations last'));
    expect(all('rules-form')).toHaveLength(0);
    await until(() => expect(text('finding-said')).toBe('state.total >= 0 does not hold'));
    expect(text('finding-evidence')).toContain('never below zero');
    // One side has no playhead beside it, and one kind of evidence.
    expect(beside.on).toBe(false);
    expect(all('evidence-as-state')).toHaveLength(0);
    await key('KeyI');
    await until(() => expect(all('rule-outcome')).toHaveLength(1));
  });

  it('that are written wrong go back to where they are written', async () => {
    await openDemo();
    await key('KeyR', { shiftKey: true });
    await until(() => expect(all('stated-rule')).toHaveLength(3));
    await fireEvent.input(one('rule-check'), { target: { value: 'stat.total > 0' } });
    await fireEvent.click(one('rules-start'));
    await until(() => expect(text('rules-refused')).toContain('stat is no name'));
    expect(one('rule-check').getAttribute('aria-invalid')).toBe('true');
    expect(compare.now).toBeNull();
  });
});

describe('saving a form that says too little', () => {
  it('says what is missing, until it is there', async () => {
    await openDemo();
    await key('KeyR', { shiftKey: true });
    await until(() => expect(all('stated-rule')).toHaveLength(3));
    await key('KeyS', { ctrlKey: true });
    await until(() => expect(text('check-save-lacks')).toContain('Has to hold'));
    await fireEvent.click(one('rule-kind-expect'));
    await fireEvent.input(one('rule-when'), { target: { value: 'true' } });
    await until(() => expect(text('check-save-lacks')).toContain('that shares this with it'));
    expect(text('check-save-lacks')).not.toContain('Each event');
    await fireEvent.click(one('rule-kind-check'));
    await fireEvent.input(one('rule-check'), { target: { value: 'state.total > 0' } });
    await until(() => expect(all('check-save-lacks')).toHaveLength(0));
    compare.askingRules = false;
    await key('KeyM');
    await until(() => expect(all('compare-form')).toHaveLength(1));
    compare.form.path = '';
    await key('KeyS', { ctrlKey: true });
    await until(() => expect(text('check-save-lacks')).toBe('To save it, fill in first: File'));
  });
});

describe('both sides', () => {
  it('are kept together by time, or by the events that belong together', async () => {
    await openDemo();
    compare.form.path = '/home/ada/data/copy.ndjson';
    await compare.start();
    await until(() => expect(all('compare-verdict')).toHaveLength(1));
    expect(beside.apart).toBe(false);
    await key('KeyZ');
    expect(beside.apart).toBe(true);
    await until(() => expect(beside.now?.right).not.toBeNull());
    const first = beside.now?.at;
    playhead.moveTo(playhead.coord + 3_600_000_000_000n);
    await until(() => expect(beside.now?.at).not.toBe(first));
    await key('KeyZ');
    expect(beside.apart).toBe(false);
  });
});
