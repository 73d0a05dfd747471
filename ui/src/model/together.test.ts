import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Together } from './together';

describe('what one input changes', () => {
  let made: string[] = [];
  let together: Together;
  const note = (what: string) => (): void => void made.push(what);
  beforeEach(() => {
    vi.useFakeTimers();
    made = [];
    together = new Together(8);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is drawn when all of it has come', () => {
    together.begin(['state', 'list'], note('cursor'));
    together.come('list', together.latest, note('list'));
    expect(made).toEqual([]);
    together.come('state', together.latest, note('state'));
    expect(made).toEqual(['cursor', 'list', 'state']);
  });

  it('is drawn without what takes too long, which is drawn when it comes', () => {
    together.begin(['state', 'list'], note('cursor'));
    together.come('list', together.latest, note('list'));
    vi.advanceTimersByTime(8);
    expect(made).toEqual(['cursor', 'list']);
    together.come('state', together.latest, note('state'));
    expect(made).toEqual(['cursor', 'list', 'state']);
  });

  it('is not put off by inputs that follow', () => {
    for (let n = 0; n < 4; n++) {
      together.begin(['state'], note(`cursor ${n}`));
      vi.advanceTimersByTime(3);
    }
    expect(made).toEqual(['cursor 0', 'cursor 1', 'cursor 2']);
  });

  it('does not take the answer to an input before for its own', () => {
    together.begin(['state'], note('cursor 1'));
    const first = together.latest;
    vi.advanceTimersByTime(8);
    together.begin(['state'], note('cursor 2'));
    together.come('state', first, note('state 1'));
    expect(made).toEqual(['cursor 1']);
    together.come('state', together.latest, note('state 2'));
    expect(made).toEqual(['cursor 1', 'cursor 2', 'state 1', 'state 2']);
  });

  it('is drawn at once where nothing has to come', () => {
    together.begin([], note('cursor'));
    expect(made).toEqual(['cursor']);
  });

  it('is forgotten when what it is of was closed', () => {
    together.begin(['state'], note('cursor'));
    together.reset();
    vi.advanceTimersByTime(100);
    expect(made).toEqual([]);
  });
});
