/** Places one jumped to, and the way back and forward among them. */
export class Trail<T> {
  private visits: T[] = [];
  /** Which of them one was last at. */
  private at = -1;
  private readonly same: (a: T, b: T) => boolean;
  private readonly most: number;

  constructor(same: (a: T, b: T) => boolean, most = 100) {
    this.same = same;
    this.most = most;
  }

  /** One went from a place to another. What lay ahead is forgotten. */
  jump(from: T, to: T): void {
    if (this.same(from, to)) return;
    this.visits = this.visits.slice(0, this.at + 1);
    this.add(from);
    this.add(to);
    this.visits = this.visits.slice(-this.most);
    this.at = this.visits.length - 1;
  }

  private add(visit: T): void {
    const last = this.visits.at(-1);
    if (last === undefined || !this.same(last, visit)) this.visits.push(visit);
  }

  /** The place before or behind; `here` is where one is now, which may be none of them: then one goes back to the one that was left. */
  go(by: 1 | -1, here: T): T | null {
    const now = this.visits[this.at];
    if (now === undefined) return null;
    if (by < 0 && !this.same(now, here)) {
      // Moved on without a jump: the way back leads first to where the last jump led.
      this.visits = [...this.visits.slice(0, this.at + 1), here, ...this.visits.slice(this.at + 1)];
      return now;
    }
    const next = this.visits[this.at + by];
    if (next === undefined) return null;
    this.at += by;
    return next;
  }

  clear(): void {
    this.visits = [];
    this.at = -1;
  }
}
