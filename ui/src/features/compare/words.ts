/** What a comparison and its findings are called, in the language in use. */
import { durationText } from '../../i18n/duration';
import { t, tOr } from '../../i18n/index.svelte';
import { sentence } from '../../i18n/told';
import type { ComparisonSummaryDto, FindingDto, ModeDto, SetByDto } from '../../ipc/contract';
import { readablePointer } from '../../model/json';
import { rfc3339, splitRfc3339 } from '../../model/time';
import { visible } from '../../model/visible';

/** What the name of a rule stands behind, so that it is never taken for a category's. */
const RULE = 'rule:';

export const isRule = (category: string): boolean => category.startsWith(RULE);

export const categoryName = (category: string): string =>
  isRule(category) ? category.slice(RULE.length) : tOr(`finding.${category}`, category);

export const categoryText = (category: string, mode: ModeDto = 'mirror'): string =>
  isRule(category)
    ? t('finding.rule.what')
    : tOr(`finding.${category}.${mode}`, tOr(`finding.${category}.what`, ''));

/** An event that set something, in a few words. */
export function setByText({ type, version, position, time }: SetByDto): string {
  const which = version === null ? (position === null ? '' : ` #${position}`) : ` v${version}`;
  return `${visible(type)}${which}${time === null ? '' : ` · ${splitRfc3339(time).clock}`}`;
}

export function verdictText(summary: ComparisonSummaryDto, mode: ModeDto = 'mirror'): string {
  const failed = summary.rules.filter((rule) => rule.error !== null).length;
  // Of rules that could not be checked nothing is said by the others.
  if (mode === 'rules' && failed === summary.rules.length) return t('verdict.rules.failed', { n: failed });
  const key =
    mode === 'mirror'
      ? (`compare.verdict.${summary.verdict}` as const)
      : (`verdict.${mode}.${summary.verdict}` as const);
  const text = t(key, {
    n: summary.counts.reduce((sum, count) => sum + count.confirmed, 0),
    m: summary.streamsDiffering,
    streams: summary.streams,
    within: durationText(BigInt(summary.within ?? '0')),
    healed: summary.counts.reduce((sum, count) => sum + count.healed, 0),
  });
  return mode === 'rules' && failed > 0 ? `${text} ${t('verdict.rules.some', { n: failed })}` : text;
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
  const event = row === null ? '' : `${visible(row.type)}${row.version === null ? '' : ` v${row.version}`}`;
  const fields = finding.fields.map((field) =>
    field.path.startsWith('/') ? readablePointer(field.path) : visible(field.path),
  );
  const said = finding.message === null ? '' : sentence(finding.message);
  const more = fields.length > 0 ? fields.join(', ') : (healedText(finding) ?? said);
  return [event, more].filter((part) => part !== '').join(' · ');
}

/** Where a finding is: in a stream, and by which key where that is something else. */
export function placeText({ stream, key }: FindingDto): string {
  if (key === null || key === stream) return visible(stream);
  return visible(stream === '' ? key : `${stream} · ${key}`);
}
