/** What the program behind the window says, in the language in use: errors by their code, sentences by their English form. */
import type { ErrorDto } from '../ipc/contract';
import { visible } from '../model/visible';
import { ERRORS_ZH } from './errors';
import { fill, locale } from './index.svelte';
import { SENTENCES_ZH } from './sentences';
import { WRAPPED_ZH } from './sentences.session';

type Said = Pick<ErrorDto, 'code' | 'message'> & Partial<Pick<ErrorDto, 'params'>>;

const chineseOf = (code: string): string | undefined =>
  Object.hasOwn(ERRORS_ZH, code) ? ERRORS_ZH[code as keyof typeof ERRORS_ZH] : undefined;

/** A sentence with the place in a text that it is about. */
function placed(message: string): string {
  const [, said, line, column] = /^(.*) \((?:line (\d+), )?column (\d+)\)$/s.exec(message) ?? [];
  if (said === undefined || column === undefined) return chinese(message);
  return `${chinese(said)}，${line === undefined ? '' : `第 ${line} 行`}第 ${column} 列`;
}

/** An error or a problem; in English, and where there is no text for its code, as the program says it. */
export const told = (said: Said): string =>
  visible(locale.language === 'en' ? said.message : inChinese(said));

function inChinese({ code, message, params = {} }: Said): string {
  const text = chineseOf(code);
  if (text === undefined) return message;
  const wanted = [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '');
  if (wanted.length === 0) return text === message ? text : `${text}（${placed(message)}）`;
  if (!wanted.every((name) => name in params)) return placed(message);
  // Only a reason is a sentence: what else is filled in are names from the data.
  return fill(text, 'reason' in params ? { ...params, reason: chinese(params['reason'] ?? '') } : params);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

interface Form {
  form: RegExp;
  chinese: string;
}

const formOf = ([english, chinese]: readonly [string, string]): Form => ({
  form: new RegExp(`^${escaped(english).replaceAll('\\{\\}', '(.+?)')}$`, 's'),
  chinese,
});

/** How much of a form is its own words: what says more is the one that is meant. */
const words = (english: string): number => english.replaceAll('{}', '').length;

const WRAPPED = WRAPPED_ZH.map(formOf);
const EXACT = new Map(SENTENCES_ZH.filter(([english]) => !english.includes('{}')));
const FORMS = SENTENCES_ZH.filter(([english]) => english.includes('{}'))
  .toSorted(([a], [b]) => words(b) - words(a))
  .map(formOf);

/** A form with what stands in a sentence: sentences again, but for names from the data (`!`), which may look like some. */
const filledIn = (form: string, parts: readonly string[]): string =>
  form.replace(/\{(\d)(!?)\}/g, (_, at: string, name: string) => {
    const part = parts[Number(at)] ?? '';
    return name === '' ? chinese(part) : part;
  });

/** A sentence that holds another one; `null`: it holds none that is known. */
function wrapped(text: string): string | null {
  for (const { form, chinese: around } of WRAPPED) {
    const [, ...parts] = form.exec(text) ?? [];
    const inner = parts[Number(/\{(\d)\}/.exec(around)?.[1] ?? NaN)];
    if (inner !== undefined && chinese(inner) !== inner) return filledIn(around, parts);
  }
  return null;
}

/** Whether a form begins with a name, and took what stands before a colon for a part of that. */
const tookTooMuch = (name: string | undefined): boolean =>
  name !== undefined && !name.startsWith('"') && name.includes(': ');

function chinese(text: string): string {
  const whole = EXACT.get(text) ?? wrapped(text);
  if (whole !== null) return whole;
  for (const { form, chinese: said } of FORMS) {
    const [, ...parts] = form.exec(text) ?? [];
    if (parts.length > 0 && !(form.source.startsWith('^(') && tookTooMuch(parts[0])))
      return filledIn(said, parts);
  }
  // What stands before a colon is a place or a name, where what follows is a sentence.
  const [, before, rest] = /^(.+?): (.+)$/s.exec(text) ?? [];
  if (before === undefined || rest?.includes(' ') !== true) return text;
  const said = chinese(rest);
  return said === rest ? text : `${before}：${said}`;
}

/** A sentence about a store, in the language in use; as it is where it is not known. */
export const sentence = (text: string): string => visible(locale.language === 'en' ? text : chinese(text));
