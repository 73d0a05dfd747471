import { describe, expect, it } from 'vitest';
import { pointOf } from './point';

describe('a point in the palette', () => {
  it.each(['v7', '#a-1', 'e12', '@7', 'start', 'end', '-15m', '-3us', '2026-11-20', '2026-11-20T19:00Z'])(
    'may be %s',
    (text) => expect(pointOf(text, null)).toBe(text),
  );

  it('may be a time of the day the playhead is on', () => {
    expect(pointOf('19:00', '2026-11-20')).toBe('2026-11-20T19:00:00Z');
    expect(pointOf('7:05:03.5', '2026-11-20')).toBe('2026-11-20T07:05:03.5Z');
  });

  it.each(['19:00x', '25:00', '19:60', '2026-11', '2026-11-20x', '-15', 'order', 'v'])('is not %s', (text) =>
    expect(pointOf(text, '2026-11-20')).toBeNull(),
  );

  it('is no time of day where there is no day', () => expect(pointOf('19:00', null)).toBeNull());
});
