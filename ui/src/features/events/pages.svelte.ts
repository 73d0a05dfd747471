/** Pages of the event list, fetched as they come into sight and kept until they are stale. */
import type { AxisDto, RowDto } from '../../ipc/contract';
import { Latest } from '../../model/latest';
import { call } from '../../state/backend';

/** Rows: a list that follows the playhead goes from page to page, and what is not looked at costs as much to send. */
export const PAGE = 50;
const KEEP = 120;

export interface ListConfig {
  source: number;
  axis: AxisDto;
  filter: number | null;
  /** Fields whose texts come along with each row. */
  fields: readonly string[];
  /** Changes when the list may have grown or changed. */
  version: string;
}

type Texts = readonly (string | null)[];

interface Page {
  rows: readonly RowDto[];
  /** Which fields, and their texts by row. */
  fields: readonly string[];
  texts: readonly Texts[];
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

  private readonly wish = new Latest<Wish, { page: number; rows: RowDto[]; texts: Texts[]; total: number }[]>(
    ({ config, pages }) =>
      Promise.all(
        pages.map(async (page) => {
          const { source, axis, filter } = config;
          const [offset, fields] = [page * PAGE, [...config.fields]];
          const answer = await call('rows', { source, axis, filter, offset, limit: PAGE, fields });
          return { page, rows: answer.rows, texts: answer.fields, total: answer.total };
        }),
      ),
    (answers, { config, first }) => {
      const { fields } = config;
      for (const { page, rows, texts, total } of answers) {
        this.pages.set(page, { rows, fields, texts, version: config.version });
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

  /**
   * Asks for the pages of these rows, unless they are there and current; when they are, for those of `around` rows before and behind, so that
   * who scrolls there finds them.
   */
  need(first: number, end: number, around = 0): void {
    const { config } = this;
    if (config === null) return;
    let pages = this.lacking(first, end, config.version);
    if (pages.length === 0 && around > 0 && this.total > 0)
      pages = this.lacking(first - around, Math.min(end + around, this.total), config.version);
    if (pages.length > 0) this.wish.request({ config, pages, first });
    else if (this.totalVersion !== config.version) this.wish.request({ config, pages: [0], first });
  }

  private lacking(first: number, end: number, version: string): number[] {
    const pages: number[] = [];
    for (
      let page = Math.floor(Math.max(0, first) / PAGE);
      page * PAGE < Math.max(end, 1) && pages.length < 4;
      page++
    ) {
      if (this.pages.get(page)?.version !== version) pages.push(page);
    }
    return pages;
  }

  row(index: number): RowDto | undefined {
    void this.arrived;
    const page = Math.floor(index / PAGE);
    return (this.pages.get(page) ?? this.before?.get(page))?.rows[index % PAGE];
  }

  /** What a field of a row says; `null`: it has none, or is not known yet. */
  field(index: number, field: string): string | null {
    void this.arrived;
    const number = Math.floor(index / PAGE);
    const page = this.pages.get(number) ?? this.before?.get(number);
    const at = page?.fields.indexOf(field) ?? -1;
    return page?.texts[index % PAGE]?.[at] ?? null;
  }

  has(index: number): boolean {
    void this.arrived;
    return this.pages.has(Math.floor(index / PAGE));
  }
}
