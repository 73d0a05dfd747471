/** Which key of the table was pressed. */
import { KEYS } from './table';
import type { Key } from './table';

/** What identifies a binding: two keys of the table must never share it. */
export function binding(key: Key): string {
  const modifiers = `${key.ctrl ? 'C' : ''}${key.alt ? 'A' : ''}${key.shift ? 'S' : ''}`;
  return `${modifiers}:${key.code ?? key.key ?? ''}`;
}

export interface Pressed {
  key: string;
  code: string;
  shiftKey: boolean;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

export function match(pressed: Pressed): Key | null {
  const ctrl = pressed.ctrlKey || pressed.metaKey;
  for (const key of KEYS) {
    if (ctrl !== (key.ctrl ?? false) || pressed.altKey !== (key.alt ?? false)) continue;
    // A printed sign such as `?` may need Shift on one keyboard and not on another.
    const printed = key.key !== undefined && key.key.length === 1 && key.key !== ' ';
    if (!printed && pressed.shiftKey !== (key.shift ?? false)) continue;
    if (key.code !== undefined ? key.code === pressed.code : key.key === pressed.key) return key;
  }
  return null;
}
