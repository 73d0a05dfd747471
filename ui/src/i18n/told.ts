/** What the program behind the window says, in the language in use: errors by their code, sentences by their English form. */
import type { ErrorDto } from '../ipc/contract';
import { ERRORS_ZH } from './errors';
import { fill, locale } from './index.svelte';
import { SENTENCES_ZH } from './sentences';

type Said = Pick<ErrorDto, 'code' | 'message'> & Partial<Pick<ErrorDto, 'params'>>;

const chineseOf = (code: string): string | undefined =>
  Object.hasOwn(ERRORS_ZH, code) ? ERRORS_ZH[code as keyof typeof ERRORS_ZH] : undefined;

/** An error or a problem; in English, and where there is no text for its code, as the program says it. */
export function told({ code, message, params = {} }: Said): string {
  if (locale.language === 'en') return message;
  const text = chineseOf(code);
  if (text === undefined) return message;
  if (!text.includes('{')) return text === message ? text : `${text}（${message}）`;
  const known = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, sentence(value)]));
  const filled = fill(text, known);
  return /\{\w+\}/.test(filled) ? message : filled;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A sentence that is all words is no other one with something filled in.
const FORMS = [...SENTENCES_ZH]
  .sort((a, b) => Number(a[0].includes('{}')) - Number(b[0].includes('{}')))
  .map(([english, chinese]) => ({
    form: new RegExp(`^${escaped(english).replaceAll('\\{\\}', '(.+?)')}$`, 's'),
    chinese,
  }));

/** A sentence about a store; as it is where it is not known. */
export function sentence(text: string): string {
  if (locale.language === 'en') return text;
  for (const { form, chinese } of FORMS) {
    const found = form.exec(text);
    // A part may be a sentence again; one with `!` is a name from the data, which may look like one.
    if (found !== null)
      return chinese.replace(/\{(\d)(!?)\}/g, (_, at: string, name: string) => {
        const part = found[Number(at) + 1] ?? '';
        return name === '' ? sentence(part) : part;
      });
  }
  return text;
}
