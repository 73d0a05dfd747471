/** Characters that act where they are shown, instead of being seen. */

/** Controls but for tabs and line ends, line and paragraph separators, and what changes the direction of the text after it (Unicode Annex 9). */
const OBEYED = /(?![\t\n\r])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const hex = (c: string): string => c.charCodeAt(0).toString(16);

/** The text with such characters written as the command line writes them, so that no name reads as another: `\u{202e}`. */
export const visible = (text: string): string => text.replace(OBEYED, (c) => `\\u{${hex(c)}}`);

/** JSON with them as JSON writes characters, `\u202e`: the same value. */
export const visibleJson = (json: string): string =>
  json.replace(OBEYED, (c) => `\\u${hex(c).padStart(4, '0')}`);

/** A part of such a text as it was before. */
const unseen = (shown: string): string =>
  shown.replace(/\\u\{([0-9a-f]{1,4})\}/g, (written, digits: string) => {
    const c = String.fromCharCode(Number.parseInt(digits, 16));
    return visible(c) === c ? written : c;
  });

/** For an element that shows a text so: what is copied of it is what the text says. */
export const copiedAsIs =
  (text: string) =>
  (event: ClipboardEvent): void => {
    const picked = window.getSelection()?.toString() ?? '';
    if (visible(text) === text || picked === '' || event.clipboardData === null) return;
    event.clipboardData.setData('text/plain', unseen(picked));
    event.preventDefault();
  };
