/** In which ways a finding's evidence can be shown, by the mode of what found it. */
import type { ModeDto } from '../ipc/contract';
import type { EvidenceAs } from './preferences.svelte';

/** Only where both sides hold the same streams there are two states of one; rows and rules have one way. */
export const EVIDENCE_OF: Readonly<Record<ModeDto, readonly EvidenceAs[]>> = {
  mirror: ['beside', 'overlaid', 'state', 'stateOverlaid'],
  correlated: ['beside', 'overlaid'],
  projection: ['beside'],
  rules: ['beside'],
};

/** What is shown of what the reader chose. */
export const evidenceOf = (mode: ModeDto, chosen: EvidenceAs): EvidenceAs =>
  EVIDENCE_OF[mode].includes(chosen) ? chosen : 'beside';
