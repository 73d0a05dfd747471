/** What the drawer shows of findings, and how it asks for them. */
import type { FindingListDto, ModeDto } from '../ipc/contract';

export type CompareTab = 'list' | 'rules' | 'map' | 'lag' | 'playhead';

/** What there is to show, by mode: rows say only what they hold now, and one side has nothing beside it. */
export const TABS: Readonly<Record<ModeDto, readonly CompareTab[]>> = {
  mirror: ['list', 'map', 'lag', 'playhead'],
  correlated: ['list', 'map', 'lag', 'playhead'],
  projection: ['list', 'map'],
  rules: ['list', 'rules', 'map', 'lag'],
};

/** As known when: in the end, at the moment the form named, at the playhead. */
export type KnownBy = 'end' | 'moment' | 'playhead';

/** The finding at a place of a list. */
export interface Look {
  comparison: number;
  list: FindingListDto;
  /** Which list that is. */
  lists: number;
  at: number;
}

/** A finding by its number, as known at a moment. */
export interface AsKnown {
  comparison: number;
  number: number;
  knownAt: string | null;
}
