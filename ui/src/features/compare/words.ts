/** What a comparison and its findings are called, in the language in use. */
import { durationText } from '../../i18n/duration';
import { t, tOr } from '../../i18n/index.svelte';
import type { ComparisonSummaryDto, FindingDto } from '../../ipc/contract';
import { readablePointer } from '../../model/json';
import { rfc3339 } from '../../model/time';

export const categoryName = (category: string): string => tOr(`finding.${category}`, category);

export const categoryText = (category: string): string => tOr(`finding.${category}.what`, '');

export function verdictText(summary: ComparisonSummaryDto): string {
  return t(`compare.verdict.${summary.verdict}`, {
    n: summary.counts.reduce((sum, count) => sum + count.confirmed, 0),
    m: summary.streamsDiffering,
    streams: summary.streams,
    within: durationText(BigInt(summary.within ?? '0')),
  });
}

/** The event that shows a finding. */
export const shownRow = (finding: FindingDto): FindingDto['left'] => finding.left ?? finding.right;

/** The moment of a finding, RFC 3339; empty: it has none. */
export function momentOf(finding: FindingDto): string {
  const time = shownRow(finding)?.time;
  if (time != null) return time;
  return finding.since === null ? '' : rfc3339(BigInt(finding.since));
}

/** When a finding began, RFC 3339: what both sides have differs from the later of the two on. Without that, its moment. */
export const beganOf = (finding: FindingDto): string =>
  finding.since === null ? momentOf(finding) : rfc3339(BigInt(finding.since));

/** How long it took to heal. */
export function healedText(finding: FindingDto): string | null {
  if (finding.since === null || finding.healed === null) return null;
  return t('finding.healedAfter', { duration: durationText(BigInt(finding.healed) - BigInt(finding.since)) });
}

/** What a finding is about, in a few words. */
export function detailText(finding: FindingDto): string {
  const row = shownRow(finding);
  const event = row === null ? '' : `${row.type}${row.version === null ? '' : ` v${row.version}`}`;
  const fields = finding.fields.map((field) =>
    field.path.startsWith('/') ? readablePointer(field.path) : field.path,
  );
  const more = fields.length > 0 ? fields.join(', ') : (healedText(finding) ?? '');
  return more === '' ? event : `${event} · ${more}`;
}
