/** Pages of a list of findings, fetched as they come into sight. */
import type { FindingDto, FindingListDto } from '../../ipc/contract';
import { Latest } from '../../model/latest';
import { call } from '../../state/backend';

const PAGE = 50;
const KEEP = 40;

interface Wish {
  comparison: number;
  list: FindingListDto;
  pages: number[];
}

export class FindingPages {
  /** Counts answers, so that what shows findings is drawn again. */
  arrived = $state(0);
  private pages = new Map<number, readonly FindingDto[]>();
  private of: { comparison: number; list: FindingListDto } | null = null;

  private readonly wish = new Latest<Wish, { page: number; findings: FindingDto[] }[]>(
    ({ comparison, list, pages }) =>
      Promise.all(
        pages.map(async (page) => {
          const answer = await call('findings', { comparison, list, offset: page * PAGE, limit: PAGE });
          return { page, findings: answer.findings };
        }),
      ),
    (answers) => {
      for (const { page, findings } of answers) this.pages.set(page, findings);
      while (this.pages.size > KEEP) {
        const [oldest] = this.pages.keys();
        if (oldest === undefined) break;
        this.pages.delete(oldest);
      }
      this.arrived++;
    },
  );

  /** Asks for the pages of these places, unless they are there. */
  need(comparison: number, list: FindingListDto, first: number, end: number): void {
    if (this.of?.comparison !== comparison || this.of.list !== list) {
      this.of = { comparison, list };
      this.pages = new Map();
      this.wish.reset();
    }
    const pages: number[] = [];
    for (let page = Math.floor(first / PAGE); page * PAGE < end && pages.length < 4; page++) {
      if (!this.pages.has(page)) pages.push(page);
    }
    if (pages.length > 0) this.wish.request({ comparison, list, pages });
  }

  at(place: number): FindingDto | undefined {
    void this.arrived;
    return this.pages.get(Math.floor(place / PAGE))?.[place % PAGE];
  }
}
