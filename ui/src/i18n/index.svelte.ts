/** The texts of the window. Keys are typed by the English dictionary; a test holds the others complete. */
import { countText } from '../model/time';
import { visible } from '../model/visible';
import { en } from './en';
import type { TextKey } from './en';
import { zh } from './zh';

export type Language = 'en' | 'zh';
export type { TextKey };

const dictionaries: Record<Language, Record<TextKey, string>> = { en, zh };

class Locale {
  language = $state<Language>('en');

  set(language: Language): void {
    this.language = language;
    if (typeof document !== 'undefined') document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }
}

export const locale = new Locale();

export type Params = Record<string, string | number>;

/** Fills `{name}`, and `{n:one|many}` by the number `n`. */
export function fill(text: string, params: Params): string {
  return text.replace(
    /\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g,
    (whole, name: string, one?: string, many?: string) => {
      const value = params[name];
      if (value === undefined) return whole;
      if (one !== undefined && many !== undefined) return value === 1 ? one : many;
      return typeof value === 'number' ? countText(value) : visible(value);
    },
  );
}

/** A text in the language in use. */
export function t(key: TextKey, params: Params = {}): string {
  return fill(dictionaries[locale.language][key], params);
}

export const isTextKey = (key: string): key is TextKey => key in en;

/** A text by a key made at run time, with something to say when there is none. */
export function tOr(key: string, otherwise: string): string {
  return isTextKey(key) ? t(key) : otherwise;
}
