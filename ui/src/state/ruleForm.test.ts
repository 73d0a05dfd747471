import { describe, expect, it } from 'vitest';
import { BLANK, ruleOf } from './ruleForm';

describe('a rule that is written by hand', () => {
  it('is none before it says what has to hold', () => {
    expect(ruleOf(BLANK)).toBeNull();
    expect(ruleOf({ ...BLANK, kind: 'expect', when: 'true', expect: 'true' })).toBeNull();
  });

  it('says only what belongs to its kind', () => {
    const form = { ...BLANK, check: 'state.total >= 0', expect: 'true', by: 'id', categories: 'order, cart' };
    expect(ruleOf(form)).toMatchObject({ check: 'state.total >= 0', expect: '', by: '' });
    expect(ruleOf(form)?.categories).toEqual(['order', 'cart']);
    const follower = ruleOf({ ...form, kind: 'expect', when: 'true', within: '30 s' });
    expect(follower).toMatchObject({ check: '', expect: 'true', by: 'id', within: '30s' });
    expect(ruleOf({ ...form, kind: 'expect', when: 'true', within: 'soon' })).toBeNull();
    const complete = { ...form, kind: 'expect' as const, when: 'true', settled: true };
    expect(ruleOf(complete)?.settled).toBe(true);
    expect(ruleOf({ ...complete, within: '30s' })?.settled).toBe(false);
  });
});
