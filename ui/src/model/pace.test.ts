import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from './pace';

describe('a pace', () => {
  let shown: number[] = [];
  let pace: Pace<number>;
  beforeEach(() => {
    vi.useFakeTimers();
    shown = [];
    pace = new Pace<number>(
      () => 100,
      40,
      (n) => shown.push(n),
    );
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows a single value at once', () => {
    pace.next(1);
    expect(shown).toEqual([1]);
  });

  it('shows of many values the first, one each pause, and the last', () => {
    for (let n = 0; n <= 25; n++) {
      pace.next(n);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1000);
    expect(shown[0]).toBe(0);
    expect(shown.at(-1)).toBe(25);
    expect(shown.length).toBe(4);
  });

  it('shows a value at once after a rest', () => {
    pace.next(1);
    vi.advanceTimersByTime(100);
    pace.next(2);
    expect(shown).toEqual([1, 2]);
  });

  it('shows the last value soon after no more come', () => {
    for (let n = 1; n <= 3; n++) {
      pace.next(n);
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(29);
    expect(shown).toEqual([1]);
    vi.advanceTimersByTime(1);
    expect(shown).toEqual([1, 3]);
  });

  it('shows nothing after it was stopped', () => {
    pace.next(1);
    pace.next(2);
    pace.stop();
    vi.advanceTimersByTime(1000);
    expect(shown).toEqual([1]);
  });
});
