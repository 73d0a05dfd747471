/** One request in flight, the newest wish next: what lies between is dropped. */
export class Latest<Q, A> {
  private inFlight = false;
  private wish: { query: Q } | null = null;
  private age = 0;
  private readonly ask: (query: Q) => Promise<A>;
  private readonly take: (answer: A, query: Q) => void;
  private readonly fail: (error: unknown, query: Q) => void;

  constructor(
    ask: (query: Q) => Promise<A>,
    take: (answer: A, query: Q) => void,
    fail: (error: unknown, query: Q) => void = () => undefined,
  ) {
    this.ask = ask;
    this.take = take;
    this.fail = fail;
  }

  get busy(): boolean {
    return this.inFlight;
  }

  request(query: Q): void {
    this.wish = { query };
    if (!this.inFlight) void this.run();
  }

  /** Forgets what is asked: an answer under way is dropped. */
  reset(): void {
    this.age++;
    this.wish = null;
  }

  private async run(): Promise<void> {
    this.inFlight = true;
    while (this.wish !== null) {
      const { query } = this.wish;
      const age = this.age;
      this.wish = null;
      try {
        const answer = await this.ask(query);
        if (age === this.age) this.take(answer, query);
      } catch (error) {
        if (age === this.age) this.fail(error, query);
      }
    }
    this.inFlight = false;
  }
}
