/** What a comparison of another mode is asked for with: what the form says, and what it stands for. */
import type { CompareOptionsDto, CorrelatedOptionsDto, ModeDto, ProjectionOptionsDto } from '../ipc/contract';

/** The modes of a comparison of two sides. */
export const MODES = ['mirror', 'correlated', 'projection'] as const satisfies readonly ModeDto[];
export type CompareMode = (typeof MODES)[number];

/** What the form says about how two sides relate, as it is written there. */
export interface Relation {
  mode: CompareMode;
  leftWhen: string;
  rightWhen: string;
  leftKey: string;
  rightKey: string;
  cardinality: string;
  /** A length of time, as in `30s`; empty: however long. */
  within: string;
  skew: string;
  /** `LEFT = RIGHT`, one a line. */
  equal: string;
  projection: string;
  table: string;
  rowKey: string;
  /** Columns, apart by commas. */
  fields: string;
  /** `COLUMN = PLACE`, one a line. */
  map: string;
  /** How far the rows may be behind the end. */
  behind: string;
}

export const RELATION: Relation = {
  mode: 'mirror',
  leftWhen: '',
  rightWhen: '',
  leftKey: '',
  rightKey: '',
  cardinality: '',
  within: '',
  skew: '',
  equal: '',
  projection: '',
  table: '',
  rowKey: '',
  fields: '',
  map: '',
  behind: '',
};

/** Whether a text is a length of time or none. */
export const isLength = (text: string): boolean =>
  /^\s*(?:\d+(?:\.\d+)?\s*(?:ns|us|ms|s|m|h|d))?\s*$/.test(text);

/** Whether a text says how many belong to one, or nothing. */
export const isCardinality = (text: string): boolean =>
  /^\s*(?:(?:1|0\.\.1)\s*:\s*\d+(?:\.\.\d*)?)?\s*$/.test(text);

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Columns and their places; `null`: a line says neither. */
export function placesOf(text: string): [string, string][] | null {
  const out: [string, string][] = [];
  for (const line of lines(text)) {
    const found = /^([^=]+?)\s*=\s*(\S.*)$/.exec(line);
    if (found === null) return null;
    out.push([found[1] ?? '', found[2] ?? '']);
  }
  return out;
}

/** The parts of the options that depend on the mode; `null`: something in it cannot be read, or is lacking. */
export function relationOf(
  form: Relation,
): { correlated: CorrelatedOptionsDto | null; projection: ProjectionOptionsDto | null } | null {
  if (form.mode === 'mirror') return { correlated: null, projection: null };
  if (form.mode === 'correlated') {
    if (form.leftKey.trim() === '' || !isCardinality(form.cardinality)) return null;
    if (!isLength(form.within) || !isLength(form.skew)) return null;
    const correlated = {
      leftWhen: form.leftWhen.trim(),
      rightWhen: form.rightWhen.trim(),
      leftKey: form.leftKey.trim(),
      // Where only one is said, both sides have it.
      rightKey: form.rightKey.trim() === '' ? form.leftKey.trim() : form.rightKey.trim(),
      cardinality: form.cardinality.replaceAll(' ', ''),
      within: form.within.replaceAll(' ', ''),
      skew: form.skew.replaceAll(' ', ''),
      equal: lines(form.equal),
    };
    return { correlated, projection: null };
  }
  const map = placesOf(form.map);
  if (map === null || !isLength(form.behind)) return null;
  const projection = {
    projection: form.projection.trim(),
    table: form.table.trim(),
    key: form.rowKey.trim(),
    fields: form.fields
      .split(/[,\n]/)
      .map((field) => field.trim())
      .filter((field) => field !== ''),
    map,
    within: form.behind.replaceAll(' ', ''),
  };
  return { correlated: null, projection };
}

/** What options of a mode stand in the form as. */
export function relationFrom({
  correlated: c,
  projection: p,
}: Pick<CompareOptionsDto, 'correlated' | 'projection'>): Relation {
  if (c !== null)
    return {
      ...RELATION,
      mode: 'correlated',
      leftWhen: c.leftWhen,
      rightWhen: c.rightWhen,
      leftKey: c.leftKey,
      rightKey: c.rightKey === c.leftKey ? '' : c.rightKey,
      cardinality: c.cardinality,
      within: c.within,
      skew: c.skew,
      equal: c.equal.join('\n'),
    };
  if (p === null) return { ...RELATION };
  return {
    ...RELATION,
    mode: 'projection',
    projection: p.projection,
    table: p.table,
    rowKey: p.key,
    fields: p.fields.join(', '),
    map: p.map.map(([column, place]) => `${column} = ${place}`).join('\n'),
    behind: p.within,
  };
}
