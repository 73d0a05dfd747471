/** What an export is asked for with, and the file it is suggested to go to. */
import type { ExportFormDto } from '../ipc/contract';

export const WHATS = ['events', 'states', 'page', 'picture'] as const;
export type What = (typeof WHATS)[number];

export const RANGES = ['whole', 'view', 'range'] as const;
export type Range = (typeof RANGES)[number];

export interface ExportForm {
  what: What;
  /** Of events and states: a table instead of lines. */
  table: boolean;
  /** Of a picture: pixels instead of shapes. */
  pixels: boolean;
  range: Range;
}

export const EXPORT: ExportForm = { what: 'events', table: false, pixels: false, range: 'whole' };

export function formOf({ what, table, pixels }: ExportForm): ExportFormDto {
  switch (what) {
    case 'events':
      return table ? 'eventsCsv' : 'eventsNdjson';
    case 'states':
      return table ? 'statesCsv' : 'statesNdjson';
    case 'page':
      return 'page';
    case 'picture':
      return pixels ? 'png' : 'svg';
  }
}

const ENDINGS: Record<ExportFormDto, string> = {
  eventsNdjson: '.ndjson',
  eventsCsv: '.csv',
  statesNdjson: '-states.ndjson',
  statesCsv: '-states.csv',
  svg: '.svg',
  png: '.png',
  page: '.html',
};

/** The folder of a path, with the sign it ends in; empty: none is said. */
export const folderOf = (path: string): string => /^.*[/\\]/s.exec(path)?.[0] ?? '';

/**
 * A file named after the source: in the folder that was written to last, or else beside the source. What came from a pipe has no folder of its
 * own.
 */
export function suggestedPath(source: string, form: ExportForm, last = ''): string {
  const own = folderOf(source);
  const folder = last === '' ? own : last;
  const stem = source.slice(own.length).replace(/(?<=.)\.[^.]*$/, '') || 'events';
  const ending = ENDINGS[formOf(form)];
  // Never the source itself.
  const path = `${folder}${stem}${ending}`;
  return path === source ? `${folder}${stem}-export${ending}` : path;
}
