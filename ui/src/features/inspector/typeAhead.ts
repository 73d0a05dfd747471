/** Letters that are typed in a tree go to the row whose name begins with them. */
import { reachedByKeys } from '../../keys/reached';
import { typedAhead } from '../../model/tree';
import type { TreeRow } from '../../model/tree';

/** Milliseconds after which typing begins anew. */
const PAUSE = 800;
/** What a name may hold. */
const LETTER = /[\p{L}\d_ .-]/u;
const FIRST = /[\p{L}\d_]/u;

export class TypeAhead {
  private text = '';
  private at = -Infinity;

  /** The row to go to, which may be the one with the focus; `null`: the key means something else. */
  take(event: KeyboardEvent, rows: readonly TreeRow[], focused: number): number | null {
    const { key, shiftKey } = event;
    const goesOn = this.text !== '' && event.timeStamp - this.at < PAUSE;
    if (key.length !== 1 || !(goesOn ? LETTER : FIRST).test(key)) return null;
    // Letters are commands of the window where the tree was clicked, where Shift is held, and where no row begins with them; `p` and `h` are the
    // tree's own.
    const begins = !shiftKey && reachedByKeys() && key !== 'p' && key !== 'h';
    if (!goesOn && !begins) return null;
    const text = (goesOn ? this.text : '') + key.toLowerCase();
    const found = typedAhead(rows, focused, text);
    if (found === null && !goesOn) return null;
    this.text = text;
    this.at = event.timeStamp;
    return found ?? focused;
  }
}
