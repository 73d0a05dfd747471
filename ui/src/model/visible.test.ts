/** What acts where it is shown is seen instead. */
import { describe, expect, it, vi } from 'vitest';
import { formatJson, parseJson } from './json';
import { copiedAsIs, visible, visibleJson } from './visible';

describe('characters that act where they are shown', () => {
  it('are written out in a name, and all others stay', () => {
    expect(visible('order-\u202Egpj.exe')).toBe('order-\\u{202e}gpj.exe');
    expect(visible('a\u0000b\u009bc\u2028d\u2069')).toBe('a\\u{0}b\\u{9b}c\\u{2028}d\\u{2069}');
    const harmless = 'two\nlines\tand 订单 مرحبا 🦀 a\u200Db';
    expect(visible(harmless)).toBe(harmless);
  });

  it('are escapes in JSON, which is the same value then', () => {
    const value = parseJson('{"na\u202Eme":["\u2066x\u2069"]}');
    const shown = formatJson(value, true);
    expect(shown).toBe('{ "na\\u202eme": ["\\u2066x\\u2069"] }');
    expect(parseJson(shown)).toEqual(value);
    expect(visibleJson('"\u0085"')).toBe('"\\u0085"');
  });

  it('are copied as they are', () => {
    expect(formatJson(parseJson('"\u202Ex"'))).toBe('"\u202Ex"');
  });

  it('are copied of what is picked on the screen, too', () => {
    const copied = (text: string, picked: string): string | undefined => {
      let data: string | undefined;
      vi.spyOn(window, 'getSelection').mockReturnValue({ toString: () => picked } as Selection);
      const event = {
        clipboardData: { setData: (_: string, value: string) => (data = value) },
        preventDefault: () => undefined,
      };
      copiedAsIs(text)(event as unknown as ClipboardEvent);
      vi.restoreAllMocks();
      return data;
    };
    expect(copied('id\u200f29 \\u{41}', 'd\\u{200f}29 \\u{41}')).toBe('d\u200f29 \\u{41}');
    // Nothing was written out in it: the engine copies it itself.
    expect(copied('\\u{200f}', '\\u{200f}')).toBeUndefined();
  });
});
