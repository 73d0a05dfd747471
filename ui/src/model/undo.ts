/** Undo and redo over snapshots of whatever can be put back. What goes on without a pause is one step. */

/** Milliseconds within which changes of one kind are one. */
const TOGETHER = 900;

export class Undo<T> {
  private past: T[] = [];
  private future: T[] = [];
  private now: T | null = null;
  private last: { kind: string; at: number } | null = null;
  private readonly most: number;

  constructor(most = 100) {
    this.most = most;
  }

  /** What holds from now on is no change of the reader's. */
  rebase(now: T): void {
    this.now = now;
    this.last = null;
  }

  /** The reader changed something; `kind` says what, `null`: nothing. */
  note(next: T, kind: string | null, at: number): void {
    const { now, last } = this;
    this.now = next;
    if (now === null || kind === null) return;
    const goesOn = last !== null && last.kind === kind && at - last.at < TOGETHER && this.past.length > 0;
    this.last = { kind, at };
    this.future = [];
    if (!goesOn) this.past = [...this.past, now].slice(-this.most);
  }

  /** What held before the last step, if there is one. */
  undo(): T | null {
    return this.turn(this.past, this.future);
  }

  redo(): T | null {
    return this.turn(this.future, this.past);
  }

  private turn(from: T[], to: T[]): T | null {
    const { now } = this;
    const next = from.at(-1);
    if (next === undefined || now === null) return null;
    from.pop();
    to.push(now);
    this.now = next;
    this.last = null;
    return next;
  }

  clear(): void {
    this.past = [];
    this.future = [];
    this.now = null;
    this.last = null;
  }
}
