/** How long a topic keeps its records, in words. */
import { t } from '../../i18n/index.svelte';

const HOUR = 3_600_000;

export function keptFor(ms: number): string {
  if (ms < 0) return t('kafka.keptForEver');
  if (ms >= 24 * HOUR && ms % (24 * HOUR) === 0) return t('kafka.keptDays', { n: ms / (24 * HOUR) });
  if (ms >= HOUR) return t('kafka.keptHours', { n: Math.round(ms / HOUR) });
  return t('kafka.keptMinutes', { n: Math.round(ms / 60_000) });
}
