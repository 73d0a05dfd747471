/** Lets values through at a pace: what costs more to show than what the reader looks at need not be shown in every frame. */
export class Pace<T> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting: { value: T } | null = null;

  /** `show` gets the first value at once, then the latest one each `pause` milliseconds: the last is never lost. */
  constructor(
    private readonly pause: number,
    private readonly show: (value: T) => void,
  ) {}

  next(value: T): void {
    if (this.timer !== undefined) {
      this.waiting = { value };
      return;
    }
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const { waiting } = this;
      this.waiting = null;
      if (waiting !== null) this.next(waiting.value);
    }, this.pause);
    this.show(value);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = null;
  }
}
