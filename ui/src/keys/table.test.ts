import { describe, expect, it } from 'vitest';
import { binding, capOf, KEYS, match } from './table';
import type { Pressed } from './table';

const press = (part: Partial<Pressed>): Pressed => ({
  key: '',
  code: '',
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...part,
});

describe('the key table', () => {
  it('binds no key twice', () => {
    const bindings = KEYS.map(binding);
    expect(new Set(bindings).size).toBe(bindings.length);
  });

  it('writes no two keys alike', () => {
    const caps = KEYS.map((key) => key.cap);
    expect(new Set(caps).size).toBe(caps.length);
  });

  it('finds each of its keys again', () => {
    for (const key of KEYS) {
      const pressed = press({
        key: key.key ?? '',
        code: key.code ?? '',
        shiftKey: key.shift ?? false,
        altKey: key.alt ?? false,
        ctrlKey: key.ctrl ?? false,
      });
      expect(match(pressed)?.action).toBe(key.action);
    }
  });

  it('takes letters by their place on the keyboard', () => {
    expect(match(press({ key: 'z', code: 'KeyW' }))?.action).toBe('zoomIn');
  });

  it('takes printed signs with and without Shift', () => {
    expect(match(press({ key: '?', code: 'Slash', shiftKey: true }))?.action).toBe('help');
    expect(match(press({ key: '/', code: 'Digit7', shiftKey: true }))?.action).toBe('filter');
  });

  it('leaves alone what it does not know', () => {
    expect(match(press({ key: 'w', code: 'KeyW', ctrlKey: true }))).toBeNull();
    expect(match(press({ key: 'ArrowRight', ctrlKey: true }))).toBeNull();
  });

  it('names a key for tooltips', () => {
    expect(capOf('play')).toBe('Space');
  });
});
