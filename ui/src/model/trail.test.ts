import { describe, expect, it } from 'vitest';
import { Trail } from './trail';

const trail = (most?: number): Trail<string> => new Trail<string>((a, b) => a === b, most);

describe('the way back', () => {
  it('leads to where one was before each jump, and forward again', () => {
    const t = trail();
    t.jump('a', 'b');
    t.jump('b', 'c');
    expect([t.go(-1, 'c'), t.go(-1, 'b'), t.go(-1, 'a')]).toEqual(['b', 'a', null]);
    expect([t.go(1, 'a'), t.go(1, 'b'), t.go(1, 'c')]).toEqual(['b', 'c', null]);
  });

  it('forgets what lay ahead when one jumps elsewhere', () => {
    const t = trail();
    t.jump('a', 'b');
    t.jump('b', 'c');
    t.go(-1, 'c');
    t.jump('b', 'd');
    expect(t.go(1, 'd')).toBeNull();
    expect([t.go(-1, 'd'), t.go(-1, 'b')]).toEqual(['b', 'a']);
  });

  it('keeps where a scrub led before the next jump', () => {
    const t = trail();
    t.jump('a', 'b');
    t.jump('x', 'c');
    expect([t.go(-1, 'c'), t.go(-1, 'x'), t.go(-1, 'b')]).toEqual(['x', 'b', 'a']);
  });

  it('leads back from a scrub to where the last jump led, and forward to the scrubbed place', () => {
    const t = trail();
    t.jump('a', 'b');
    expect(t.go(-1, 'x')).toBe('b');
    expect(t.go(1, 'b')).toBe('x');
    expect(t.go(-1, 'x')).toBe('b');
    expect(t.go(-1, 'b')).toBe('a');
  });

  it('does not count a jump to where one is, and keeps no more than its most', () => {
    const t = trail(3);
    t.jump('a', 'a');
    expect(t.go(-1, 'a')).toBeNull();
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ] as const)
      t.jump(from, to);
    expect([t.go(-1, 'd'), t.go(-1, 'c'), t.go(-1, 'b')]).toEqual(['c', 'b', null]);
  });
});
