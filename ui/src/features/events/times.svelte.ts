/** How the list writes times: without what all of them share. */
import { t } from '../../i18n/index.svelte';
import type { RowDto } from '../../ipc/contract';
import { civil, dateText, splitRfc3339 } from '../../model/time';
import { session } from '../../state/session.svelte';

/** Narrower than this, the year of a store of one year is left to the tooltip. */
const NARROW = 620;

export class Times {
  private readonly first = $derived(session.source?.index.firstTime ?? '');
  private readonly last = $derived(session.source?.index.lastTime ?? '');
  private readonly today = $derived(this.first.slice(0, 10));
  /** With one day in the store the date says nothing. */
  readonly oneDay = $derived(this.today !== '' && this.today === this.last.slice(0, 10));
  readonly noYear: boolean;
  readonly hint = $derived(this.oneDay ? this.today : dateText(civil(0n)));

  constructor(width: () => number) {
    this.noYear = $derived(
      width() < NARROW && this.first !== '' && this.first.slice(0, 4) === this.last.slice(0, 4),
    );
  }

  of(row: RowDto): string {
    if (row.time === null) return t('events.noTime');
    const { date, clock, zone } = splitRfc3339(row.time);
    const other = zone === 'Z' || zone === '' ? '' : ` ${zone}`;
    if (this.oneDay && date === this.today) return clock + other;
    return `${this.noYear ? date.slice(5) : date} ${clock}${other}`;
  }
}
