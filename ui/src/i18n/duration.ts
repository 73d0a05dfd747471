/** Lengths of time in the language in use. */
import { durationIn } from '../model/time';
import { t } from './index.svelte';

/** `3 h 12 min`. */
export const durationText = (nanos: bigint): string => durationIn(nanos, (unit) => t(`unit.${unit}`));
