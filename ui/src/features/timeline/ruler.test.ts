import { describe, expect, it } from 'vitest';
import { fitView, fold, toLine } from '../../model/axis';
import { layoutFor } from './layout';
import { flagOf, givesWay, marksOf } from './ruler';
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
});
