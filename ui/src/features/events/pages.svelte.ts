/** Pages of the event list, fetched as they come into sight and kept until they are stale. */
import type { AxisDto, RowDto } from '../../ipc/contract';
import { Latest } from '../../model/latest';
import { call } from '../../state/backend';

export const PAGE = 100;
const KEEP = 60;

export interface ListConfig {
  source: number;
  axis: AxisDto;
  filter: number | null;
  /** Changes when the list may have grown or changed. */
  version: string;
}

interface Page {
  rows: readonly RowDto[];
  version: string;
}

interface Wish {
  config: ListConfig;
  pages: number[];
  /** The row that was to stand at the top. */
  first: number;
}

export class Pages {
  total = $state(0);
  /** Counts answers, so that what shows rows is drawn again. */
  arrived = $state(0);
  /** The row at the top of what was answered last. */
  latest = 0;
  private pages = new Map<number, Page>();
  /** Of the list before another filter or axis: shown until the first answer, so that nothing blinks. */
  private before: Map<number, Page> | null = null;
  private config: ListConfig | null = null;
  private totalVersion = '';

  private readonly wish = new Latest<Wish, { page: number; rows: RowDto[]; total: number }[]>(
    ({ config, pages }) =>
      Promise.all(
        pages.map(async (page) => {
          const { source, axis, filter } = config;
          const answer = await call('rows', { source, axis, filter, offset: page * PAGE, limit: PAGE });
          return { page, rows: answer.rows, total: answer.total };
        }),
      ),
    (answers, { config, first }) => {
      for (const { page, rows, total } of answers) {
        this.pages.set(page, { rows, version: config.version });
        this.total = total;
      }
      this.totalVersion = config.version;
      this.latest = first;
      this.before = null;
      while (this.pages.size > KEEP) {
        const [oldest] = this.pages.keys();
        if (oldest === undefined) break;
        this.pages.delete(oldest);
      }
      this.arrived++;
    },
  );

  configure(config: ListConfig): void {
    const old = this.config;
    this.config = config;
    if (old?.source !== config.source || old.axis !== config.axis || old.filter !== config.filter) {
      this.before = old?.source === config.source && old.axis === config.axis ? this.pages : null;
      this.pages = new Map();
      this.latest = 0;
      this.wish.reset();
    }
  }

  /** Asks for the pages of these rows, unless they are there and current. */
  need(first: number, end: number): void {
    const { config } = this;
    if (config === null) return;
    const pages: number[] = [];
    for (
      let page = Math.floor(Math.max(0, first) / PAGE);
      page * PAGE < Math.max(end, 1) && pages.length < 4;
      page++
    ) {
      if (this.pages.get(page)?.version !== config.version) pages.push(page);
    }
    if (pages.length > 0) this.wish.request({ config, pages, first });
    else if (this.totalVersion !== config.version) this.wish.request({ config, pages: [0], first });
  }

  row(index: number): RowDto | undefined {
    void this.arrived;
    const page = Math.floor(index / PAGE);
    return (this.pages.get(page) ?? this.before?.get(page))?.rows[index % PAGE];
  }

  has(index: number): boolean {
    void this.arrived;
    return this.pages.has(Math.floor(index / PAGE));
  }
}
