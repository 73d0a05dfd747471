/** Lets values through at a pace: what costs more to show than what the reader looks at need not be shown in every frame. */
export class Pace<T> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private waiting: { value: T } | null = null;

  /**
   * `show` gets the first value at once, then the latest one each `pause()` milliseconds, and earlier when none has come for `rest` milliseconds:
   * the last is never lost.
   */
  constructor(
    private readonly pause: () => number,
    private readonly rest: number,
    private readonly show: (value: T) => void,
  ) {}

  next(value: T): void {
    if (this.timer === undefined) {
      this.pass(value);
      return;
    }
    this.waiting = { value };
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.take(), this.rest);
  }

  private pass(value: T): void {
    this.timer = setTimeout(() => this.take(), this.pause());
    this.show(value);
  }

  /** Shows what waits. */
  private take(): void {
    const { waiting } = this;
    this.stop();
    if (waiting !== null) this.pass(waiting.value);
  }

  stop(): void {
    clearTimeout(this.timer);
    clearTimeout(this.resting);
    this.timer = undefined;
    this.resting = undefined;
    this.waiting = null;
  }
}
