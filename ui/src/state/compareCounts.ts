/** How many findings there are, by what the toggles of a list show. */
import type { ComparisonSummaryDto, FindingStatusDto } from '../ipc/contract';

export const STATUSES: readonly FindingStatusDto[] = ['confirmed', 'pending', 'healed', 'outOfCoverage'];

type Summary = ComparisonSummaryDto | null;

/** Of each category, as far as their statuses are shown. */
export function byCategory(summary: Summary, hidden: readonly FindingStatusDto[]): Map<string, number> {
  const shown = STATUSES.filter((s) => !hidden.includes(s));
  const counts = summary?.counts ?? [];
  return new Map(counts.map((count) => [count.category, shown.reduce((sum, s) => sum + count[s], 0)]));
}

/** Of each status, as far as their categories are shown. */
export function byStatus(summary: Summary, hidden: readonly string[]): Map<FindingStatusDto, number> {
  const shown = (summary?.counts ?? []).filter((c) => !hidden.includes(c.category));
  return new Map(STATUSES.map((s) => [s, shown.reduce((sum, count) => sum + count[s], 0)]));
}

/** Of all categories that are shown. */
export const totalOf = (of: ReadonlyMap<string, number>, hidden: readonly string[]): number =>
  [...of].reduce((sum, [c, n]) => (hidden.includes(c) ? sum : sum + n), 0);
