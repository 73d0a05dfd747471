/** Lets what one input changes be drawn in one picture: painting twice costs twice, and what comes in between waits for it. */
export class Together {
  private open = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changes: (() => void)[] = [];
  private input = 0;

  /** `most`: milliseconds after which what has come is drawn without what has not. */
  constructor(private readonly most: number) {}

  /** The number of the latest input. */
  get latest(): number {
    return this.input;
  }

  /** An input: `change` is made when these parts have come, or when that takes too long. An input that follows at once makes nothing later. */
  begin(parts: Iterable<string>, change: () => void): void {
    this.input++;
    for (const part of parts) this.open.add(part);
    this.changes.push(change);
    if (this.open.size === 0) this.make();
    else this.timer ??= setTimeout(() => this.make(), this.most);
  }

  /** A part of an input has come: it is drawn with what else waits, or at once when nothing does. Only the latest input's parts are waited for. */
  come(part: string, input: number, change: () => void): void {
    this.changes.push(change);
    if (input === this.input) this.open.delete(part);
    if (this.open.size === 0) this.make();
  }

  /** Makes all changes that wait. */
  make(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.open.clear();
    const changes = this.changes;
    this.changes = [];
    for (const change of changes) change();
  }

  /** Forgets what waits. */
  reset(): void {
    this.changes = [];
    this.make();
  }
}
