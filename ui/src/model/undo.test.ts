import { describe, expect, it } from 'vitest';
import { Undo } from './undo';

describe('undo', () => {
  it('puts back step by step, and forth again', () => {
    const u = new Undo<number>();
    u.rebase(0);
    u.note(1, 'zoom', 0);
    u.note(2, 'filter', 10);
    expect([u.undo(), u.undo(), u.undo()]).toEqual([1, 0, null]);
    expect([u.redo(), u.redo(), u.redo()]).toEqual([1, 2, null]);
  });

  it('takes what goes on without a pause as one step', () => {
    const u = new Undo<number>();
    u.rebase(0);
    for (let i = 1; i <= 20; i++) u.note(i, 'view', i * 100);
    u.note(30, 'view', 9000);
    expect([u.undo(), u.undo(), u.undo()]).toEqual([20, 0, null]);
  });

  it('begins a new step after an undo, and forgets what was undone', () => {
    const u = new Undo<number>();
    u.rebase(0);
    u.note(1, 'view', 0);
    u.undo();
    u.note(2, 'view', 10);
    expect(u.redo()).toBeNull();
    expect(u.undo()).toBe(0);
  });

  it('does not count what nobody did', () => {
    const u = new Undo<number>();
    u.note(1, 'view', 0);
    u.rebase(5);
    u.note(6, null, 10);
    expect(u.undo()).toBeNull();
    u.note(7, 'view', 20);
    expect(u.undo()).toBe(6);
  });

  it('keeps no more than its most', () => {
    const u = new Undo<number>(2);
    u.rebase(0);
    for (let i = 1; i < 6; i++) u.note(i, `${i}`, i);
    expect([u.undo(), u.undo(), u.undo()]).toEqual([4, 3, null]);
  });
});
