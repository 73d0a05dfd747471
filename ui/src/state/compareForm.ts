/** What a comparison is asked for with: the form as it is written, and the options it stands for. */
import type { CompareOptionsDto, IdentityDto } from '../ipc/contract';
import { MODES, RELATION, relationFrom, relationOf } from './compareModes';
import type { Relation } from './compareModes';

export const IDENTITIES: readonly IdentityDto[] = ['auto', 'id', 'version', 'content'];

/** What the form says, as it is written there. Names are apart by commas or lines, for they may hold spaces; pointers by spaces, too. */
export interface Form extends Relation {
  path: string;
  /** Seconds. */
  lag: string;
  settled: boolean;
  /** Pointers. */
  ignore: string;
  identity: IdentityDto;
  metadata: boolean;
  /** A decimal; empty: none. */
  number: string;
  /** Seconds; empty: none. */
  time: string;
  leftCompacted: boolean;
  rightCompacted: boolean;
  streams: string;
  categories: string;
  types: string;
  /** A time, or `-15m`; empty: the end. */
  knownAt: string;
}

export const FORM: Form = {
  ...RELATION,
  path: '',
  lag: '30',
  settled: false,
  ignore: '',
  identity: 'auto',
  metadata: false,
  number: '',
  time: '',
  leftCompacted: false,
  rightCompacted: false,
  streams: '',
  categories: '',
  types: '',
  knownAt: '',
};

/** The fields behind "more", which is open where one of them says something. */
export const MORE = [
  'metadata',
  'number',
  'time',
  'leftCompacted',
  'rightCompacted',
  'streams',
  'categories',
  'types',
  'knownAt',
] as const satisfies readonly (keyof Form)[];

/** Milliseconds of a number of seconds; `null`: it is none. */
export function lagOf(text: string): bigint | null {
  const found = /^\s*(\d{1,9})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (found === null) return null;
  return BigInt(found[1] ?? '0') * 1000n + BigInt((found[2] ?? '').padEnd(3, '0'));
}

const isEmpty = (text: string): boolean => text.trim() === '';

/** Whether a text is a decimal or none. */
export const isNumber = (text: string): boolean =>
  isEmpty(text) || /^\s*\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\s*$/.test(text);

/** Whether a text is a number of seconds or none. */
export const isTime = (text: string): boolean => isEmpty(text) || lagOf(text) !== null;

/** Whether a text is a moment or none; what it means is known when both sides are. */
export const isMoment = (text: string): boolean =>
  isEmpty(text) || /^\s*(?:-\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d)|\d{4}-\d\d-\d\d.*|\d{9,})\s*$/.test(text);

const split = (text: string, at: RegExp): string[] =>
  text
    .split(at)
    .map((part) => part.trim())
    .filter((part) => part !== '');
const namesOf = (text: string): string[] => split(text, /[,\n]/);

/** The options a form stands for; `null`: something in it cannot be read. */
export function optionsOf(form: Form): CompareOptionsDto | null {
  const lag = lagOf(form.lag);
  if (lag === null || !isNumber(form.number) || !isTime(form.time) || !isMoment(form.knownAt)) return null;
  const relation = relationOf(form);
  if (relation === null) return null;
  const time = lagOf(form.time);
  const isMirror = form.mode === 'mirror';
  return {
    lagToleranceMs: String(lag),
    settled: form.settled,
    ignore: split(form.ignore, /[\s,]+/),
    identity: isMirror ? form.identity : 'auto',
    metadata: isMirror && form.metadata,
    numberTolerance: isEmpty(form.number) ? null : form.number.trim().replace(',', '.'),
    timeToleranceMs: time === null ? null : String(time),
    leftCompacted: isMirror && form.leftCompacted,
    rightCompacted: isMirror && form.rightCompacted,
    onlyStreams: namesOf(form.streams),
    onlyCategories: namesOf(form.categories),
    onlyTypes: namesOf(form.types),
    knownAt: isEmpty(form.knownAt) || form.settled ? null : form.knownAt.trim(),
    ...relation,
  };
}

/** A number of milliseconds as seconds. */
const secondsOf = (ms: string): string => {
  const [whole, part] = [BigInt(ms) / 1000n, BigInt(ms) % 1000n];
  return part === 0n ? String(whole) : `${whole}.${String(part).padStart(3, '0').replace(/0+$/, '')}`;
};

/** What options stand in the form as. */
export const formFrom = (path: string, options: CompareOptionsDto): Form => ({
  ...relationFrom(options),
  path,
  lag: secondsOf(options.lagToleranceMs),
  settled: options.settled,
  ignore: options.ignore.join(' '),
  identity: options.identity,
  metadata: options.metadata,
  number: options.numberTolerance ?? '',
  time: options.timeToleranceMs === null ? '' : secondsOf(options.timeToleranceMs),
  leftCompacted: options.leftCompacted,
  rightCompacted: options.rightCompacted,
  streams: options.onlyStreams.join(', '),
  categories: options.onlyCategories.join(', '),
  types: options.onlyTypes.join(', '),
  knownAt: options.knownAt ?? '',
});

const TEXTS = [
  'lag',
  'ignore',
  'number',
  'time',
  'streams',
  'categories',
  'types',
  'leftWhen',
  'rightWhen',
  'leftKey',
  'rightKey',
  'cardinality',
  'within',
  'skew',
  'equal',
  'projection',
  'table',
  'rowKey',
  'fields',
  'map',
  'behind',
] as const;

/** Takes from saved values what still means something. The file is not kept: it belongs to what was open. */
export function readForm(saved: unknown): Form {
  const form = { ...FORM };
  if (typeof saved !== 'object' || saved === null) return form;
  const from = saved as Record<string, unknown>;
  for (const name of TEXTS) {
    const value = from[name];
    if (typeof value === 'string' && value.length < 4000) form[name] = value;
  }
  for (const name of ['settled', 'metadata', 'leftCompacted', 'rightCompacted'] as const)
    if (typeof from[name] === 'boolean') form[name] = from[name];
  form.mode = MODES.find((mode) => mode === from['mode']) ?? form.mode;
  form.identity = IDENTITIES.find((by) => by === from['identity']) ?? form.identity;
  return optionsOf(form) === null ? { ...FORM } : form;
}

/** Whether a form says anything beside what is always asked. */
export const saysMore = (form: Form): boolean => MORE.some((name) => form[name] !== FORM[name]);
