/** What is told of the range: how many events of the list stand in it; and the range as a filter. */
import type { AxisDto } from '../ipc/contract';
import { t } from '../i18n/index.svelte';
import { Latest } from '../model/latest';
import { rangeIn, withoutRange, withRange } from '../model/rangeFilter';
import { call } from './backend';
import { filter } from './filter.svelte';
import { preferences } from './preferences.svelte';
import { screen } from './screen.svelte';
import { session } from './session.svelte';
import { view } from './view.svelte';

interface Wish {
  source: number;
  axis: AxisDto;
  filter: number | null;
  from: bigint;
  to: bigint;
}

class Measure {
  /** The events from the range's beginning up to, but not at, its end. */
  counted = $state.raw<{ from: bigint; to: bigint; events: number } | null>(null);

  private readonly wish = new Latest<Wish, number>(
    async ({ source, axis, filter, from, to }) => {
      const before = (coord: bigint): Promise<number> =>
        call('rank', { source, filter, place: { axis, coord: String(coord - 1n), ordinal: null } });
      const [first, last] = await Promise.all([before(from), before(to)]);
      return last - first;
    },
    (events, { from, to }) => (this.counted = { from, to, events }),
  );

  /** Runs inside an effect: counts what stands in the range. */
  follow(): void {
    const { range } = view;
    void session.source?.index.generation;
    void filter.applied?.matched;
    if (range === null || session.source === null) {
      this.wish.reset();
      this.counted = null;
      return;
    }
    const { axis } = preferences.now;
    this.wish.request({ source: session.id, axis, filter: filter.id, from: range.from, to: range.to });
  }

  /** Whether the filter in force ends in a range. */
  get filtered(): boolean {
    return rangeIn(filter.applied?.text ?? '') !== null;
  }

  /** Narrows the filter to the range; where it is narrowed to it already, or there is none, takes that away. */
  toggleFilter(): void {
    const { range } = view;
    const text = filter.applied?.text ?? '';
    if (range === null) {
      if (this.filtered) void filter.apply(withoutRange(text));
      else screen.say(t('range.none'));
      return;
    }
    if (preferences.now.axis === 'log') {
      screen.say(t('range.log'));
      return;
    }
    const narrowed = withRange(text, range.from, range.to);
    void filter.apply(narrowed === text.trim() ? withoutRange(text) : narrowed);
  }
}

export const measure = new Measure();
