/** Names like one that is not there. */

/** How far a name may be from what was written, for each so many characters of it. */
const A_MISTAKE_IN = 3;

/** `SKU-007` and `sku-7` are one name to whoever types it. */
const plain = (name: string): string => name.toLowerCase().replace(/0+(?=\d)/g, '');

/** How many characters must be put in, left out or replaced; `most + 1` where it is more. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((row[j] ?? 0) + (letter === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    if (Math.min(...next) > most) return most + 1;
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The letters of one text in their order, anywhere in the other. */
export function isWithin(text: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/**
 * How well a command's text fits what was written: 0 its beginning, 1 the beginning of a word, 2 somewhere in it, 3 the letters in their order anywhere;
 * `null`: not at all. Each word that was written has to fit.
 */
export function rank(text: string, written: string): number | null {
  const whole = text.toLowerCase();
  const wanted = written.trim().toLowerCase();
  if (whole.startsWith(wanted)) return 0;
  const words = wanted.split(/\s+/);
  const begins = (word: string): boolean =>
    whole.split(/[^\p{L}\p{N}]+/u).some((own) => own.startsWith(word));
  if (words.every(begins)) return 1;
  if (words.every((word) => whole.includes(word))) return 2;
  return isWithin(whole, words.join('')) ? 3 : null;
}

/** What to look for when nothing has the text in it: ever less of it, in the end anything. */
export function wider(text: string): string[] {
  const pieces = text.match(/[\p{L}_]{2,}/gu) ?? [];
  const all = [text.replace(/\d+\D*$/, ''), ...pieces.sort((a, b) => b.length - a.length), ''];
  return [...new Set(all)].filter((part) => part !== text);
}

/** The names nearest to a text, nearest first. */
export function nearest<T extends { name: string }>(text: string, named: readonly T[], most = 5): T[] {
  const wanted = plain(text);
  const allowed = Math.floor(wanted.length / A_MISTAKE_IN);
  if (allowed === 0) return [];
  return named
    .map((one) => {
      const name = plain(one.name);
      const far = distance(wanted, name, allowed);
      return { one, far: far > allowed && isWithin(name, wanted) ? allowed : far };
    })
    .filter(({ far }) => far <= allowed)
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ one }) => one);
}
