import { describe, expect, it } from 'vitest';
import { fitView, fold, toLine } from '../../model/axis';
import { fromCivil, SECOND } from '../../model/time';
import { layoutFor } from './layout';
import { contextOf, flagOf, givesWay, marksOf } from './ruler';
import type { Scale } from './ruler';

const DAY = 86_400_000_000_000n;
const scale: Scale = {
  layout: layoutFor(790, 300, 4),
  axis: 'time',
  fold: fold(0n, DAY, []),
  view: fitView(DAY),
};

describe('the ruler', () => {
  const marks = marksOf(scale);

  it('has texts that do not touch each other', () => {
    const said = marks.filter((m) => m.label !== null);
    expect(said.length).toBeGreaterThan(3);
    for (const [i, mark] of said.entries()) {
      const next = said[i + 1];
      if (next !== undefined) expect(mark.x + mark.half).toBeLessThan(next.x - next.half);
    }
  });

  it('gives way where the flag stands, and nowhere else', () => {
    for (let x = scale.layout.left; x < 780; x += 13) {
      const flag = flagOf(scale.layout, x, '14:32:07.482 113 204');
      for (const mark of marks) {
        const touches = mark.x + mark.half > flag.left && mark.x - mark.half < flag.left + flag.width;
        if (touches) expect(givesWay(mark, flag)).toBe(true);
        if (mark.x + mark.half < flag.left - 10) expect(givesWay(mark, flag)).toBe(false);
      }
    }
    expect(marks.some((mark) => givesWay(mark, null))).toBe(false);
  });

  it('keeps the flag inside, off the date at its left end', () => {
    const flag = flagOf(scale.layout, scale.layout.left, '14:32:07.482 113 204');
    expect(flag.left).toBeGreaterThan(12 + 10 * 6.6);
    const last = flagOf(scale.layout, 780, '14:32:07.482 113 204');
    expect(last.left + last.width).toBeLessThanOrEqual(scale.layout.width);
  });

  it('says the date again behind a fold that leaves out a midnight', () => {
    const HOUR = DAY / 24n;
    const idle = [{ from: 2n * HOUR, to: 4n * DAY + 7n * HOUR }];
    const folded = fold(0n, 4n * DAY + 10n * HOUR, idle);
    const said = marksOf({ ...scale, fold: folded, view: fitView(toLine(folded, 4n * DAY + 10n * HOUR)) })
      .map((m) => m.label)
      .filter((label) => label !== null);
    const first = said.findIndex((label) => label.startsWith('01-05 '));
    expect(first, said.join(' · ')).toBeGreaterThan(-1);
    expect(said.slice(first + 1).every((label) => !label.includes('-'))).toBe(true);
  });

  /** Reads the marks as a reader does: each after what stands at the left end and the marks before it. */
  function read(s: Scale): { coord: bigint; meant: bigint }[] {
    const out: { coord: bigint; meant: bigint }[] = [];
    const context = contextOf(s).join(' ');
    let [, year = '1970', month = '01', day = '01', clock = '00:00:00'] =
      /^(-?\d{4})?(?:-(\d\d)-(\d\d))?(?: (\d\d:\d\d:\d\d))?$/.exec(context) ?? [];
    for (const { label, coord } of marksOf(s)) {
      if (label === null) continue;
      const found =
        /^(?:(?:(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?|(\d\d)-(\d\d))(?: |$))?(?:(\d\d:\d\d(?::\d\d)?)?(?:\.([\d\u2009]+))?)?$/.exec(
          label,
        );
      expect(found, label).not.toBeNull();
      const [, y, m, d, m2, d2, time, digits = ''] = found ?? [];
      if (y !== undefined) [year, month, day, clock] = [y, m ?? '01', d ?? '01', '00:00:00'];
      if (m2 !== undefined) [month, day, clock] = [m2, d2 ?? '01', '00:00:00'];
      if (time !== undefined) clock = time.length === 5 ? `${time}:00` : time;
      const [h = 0, min = 0, sec = 0] = clock.split(':').map(Number);
      const nanos = BigInt(digits.replaceAll('\u2009', '').padEnd(9, '0'));
      const seconds = BigInt(h * 3600 + min * 60 + sec);
      out.push({
        coord,
        meant: fromCivil(Number(year), Number(month), Number(day)) + seconds * SECOND + nanos,
      });
    }
    return out;
  }

  const SPANS = [200, 1e3, 7e3, 1e6, 3e8, 1e9, 9e9, 6e10, 4e12, 9e13, 1e15, 4e16, 2e17, 9e17, 5e18, 1.8e19];
  const STARTS = [
    fromCivil(2026, 12, 31) + DAY - 90n,
    fromCivil(2026, 11, 20) + 52_327n * SECOND + 482_113_204n,
    fromCivil(1969, 12, 31) + DAY - 3n,
    fromCivil(2024, 2, 28) + 86_399n * SECOND + 999_999_999n,
    -(2n ** 63n),
  ];
  const cases = SPANS.flatMap((span) => STARTS.map((start) => [span, start] as const));

  it.each(cases)('can be read over %s nanoseconds from %s, each mark for what it is', (span, start) => {
    for (const width of [600, 1400]) {
      const axis = fold(start, start + BigInt(span), []);
      const s: Scale = {
        layout: layoutFor(width, 300, 4),
        axis: 'time',
        fold: axis,
        view: fitView(BigInt(span)),
      };
      const marks = marksOf(s);
      const said = marks.filter((mark) => mark.label !== null);
      // With the left end's text even one is enough to tell a length by; a wide window has more.
      expect(said.length, said.map((m) => m.label).join(' · ')).toBeGreaterThan(width > 600 ? 1 : 0);
      for (const [i, mark] of said.entries()) {
        const next = said[i + 1];
        if (next !== undefined) expect(mark.x + mark.half).toBeLessThan(next.x - next.half);
      }
      const [first] = said;
      const context = Math.max(0, ...contextOf(s).map((text) => text.length));
      if (context > 0 && first !== undefined)
        expect(first.x - first.half).toBeGreaterThan(12 + context * 6.6);
      for (const { coord, meant } of read(s)) expect(meant).toBe(coord);
    }
  });

  it('says year and second again where a fold leaves them out', () => {
    const start = fromCivil(2025, 3, 1) + 100n;
    const end = start + 400n * DAY;
    const idle = [{ from: start + 300n, to: end - 300n }];
    const folded = fold(start, end, idle);
    const s: Scale = { ...scale, fold: folded, view: fitView(folded.length) };
    const all = read(s);
    expect(all.some(({ coord }) => coord > start + DAY)).toBe(true);
    for (const { coord, meant } of all) expect(meant).toBe(coord);
  });
});
