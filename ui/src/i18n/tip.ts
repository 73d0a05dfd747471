/** A tooltip with the key of its action; without one it is the text alone. */
import { capOf } from '../keys/table';
import type { Action } from '../keys/table';

export function tip(text: string, action: Action): string {
  const cap = capOf(action);
  return cap === '' ? text : `${text} (${cap})`;
}
