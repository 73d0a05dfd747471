/** Bytes as a reader sees them. */

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Sixteen bytes a line: offset, hex, and what is printable. */
export function hexLine(bytes: Uint8Array, offset: number): { offset: string; hex: string; text: string } {
  const part = [...bytes.subarray(offset, offset + 16)];
  const hex = part.map((b) => b.toString(16).padStart(2, '0'));
  return {
    offset: offset.toString(16).padStart(6, '0'),
    hex: `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.trimEnd(),
    text: part.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : '·')).join(''),
  };
}

/** The bytes as text, if they are UTF-8; a character cut off at the end is left out. */
export function asText(bytes: Uint8Array, cut: boolean): string | null {
  for (let drop = 0; drop <= (cut ? 3 : 0); drop++) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytes.length - drop));
    } catch {
      // Perhaps a character was cut.
    }
  }
  return null;
}
