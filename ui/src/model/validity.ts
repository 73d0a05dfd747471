/** Where single events are valid beside where they were recorded: which have another time, and what is told of how far apart they are. */

/** An event whose valid time is another one than its recorded time. */
export interface Pair {
  recorded: bigint;
  valid: bigint;
  /** The lane it stands in. */
  lane: number;
}

/** Valid times that are known, by ordinal; `null`: the event has none. */
export class ValidTimes {
  private readonly known = new Map<number, bigint | null>();
  private version = '';

  /** What was known of another version means nothing. */
  begin(version: string): void {
    if (version === this.version) return;
    this.version = version;
    this.known.clear();
  }

  take(ordinals: readonly number[], answer: readonly (string | null)[]): void {
    for (const [i, ordinal] of ordinals.entries()) {
      const time = answer[i];
      this.known.set(ordinal, time == null ? null : BigInt(time));
    }
  }

  /** Those of these that are not known yet, at most `most`. */
  missing(ordinals: Iterable<number>, most: number): number[] {
    const out: number[] = [];
    for (const ordinal of ordinals) if (!this.known.has(ordinal) && out.push(ordinal) >= most) break;
    return out;
  }

  of(ordinal: number): bigint | null {
    return this.known.get(ordinal) ?? null;
  }
}

/** The marks whose events are valid at another time than that they were recorded at. */
export function pairsOf(
  marks: { coords: ArrayLike<bigint>; ordinals: ArrayLike<number>; lanes: ArrayLike<number> },
  times: ValidTimes,
): Pair[] {
  const out: Pair[] = [];
  for (let i = 0; i < marks.coords.length; i++) {
    const valid = times.of(marks.ordinals[i] ?? -1);
    const recorded = marks.coords[i];
    if (valid === null || recorded === undefined || valid === recorded) continue;
    out.push({ recorded, valid, lane: marks.lanes[i] ?? 0 });
  }
  return out;
}
