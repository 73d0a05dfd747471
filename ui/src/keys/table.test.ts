import { describe, expect, it } from 'vitest';
import { capOf, KEYS } from './table';
import { doesIn, FOCUSED, FOCUS_PLACES, rowsBy } from './focused';
import { binding, match } from './match';
import type { Pressed } from './match';

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
    expect(match(press({ key: 'j', code: 'KeyJ', ctrlKey: true }))).toBeNull();
    expect(match(press({ key: 'ArrowRight', ctrlKey: true }))).toBeNull();
  });

  it('names a key for tooltips', () => {
    expect(capOf('play')).toBe('Space');
  });
});

describe('the keys of what has the focus', () => {
  const name = (place: string, key: string, of: (typeof FOCUSED)[number]): string =>
    `${place} ${of.ctrl ? 'C' : ''}${of.alt ? 'A' : ''}${of.shift ? 'S' : ''} ${key}`;
  const all = FOCUSED.flatMap((of) =>
    of.places.flatMap((place) => Object.entries(of.keys).map(([key, does]) => ({ place, key, does, of }))),
  );

  it('are bound once in a place, and each place has some', () => {
    const names = all.map(({ place, key, of }) => name(place, key, of));
    expect(new Set(names).size).toBe(names.length);
    for (const place of FOCUS_PLACES) expect(names.some((n) => n.startsWith(`${place} `))).toBe(true);
  });

  it('do there what the table says, and nothing elsewhere', () => {
    for (const { place, key, does, of } of all) {
      const pressed = press({
        key: key.startsWith('Digit') ? '' : key,
        code: key,
        shiftKey: of.shift ?? false,
        altKey: of.alt ?? false,
        ctrlKey: of.ctrl ?? false,
      });
      expect(doesIn(place, pressed), name(place, key, of)).toBe(does);
    }
    expect(doesIn('list', press({ key: 'p', code: 'KeyP' }))).toBeNull();
    expect(doesIn('tree', press({ key: 'ArrowDown', shiftKey: true }))).toBeNull();
  });

  it('take a printed sign with and without Shift', () => {
    expect(doesIn('tree', press({ key: '*', code: 'Digit8', shiftKey: true }))).toBe('openAll');
    expect(doesIn('tree', press({ key: '*', code: 'NumpadMultiply' }))).toBe('openAll');
  });

  it('move by rows and pages', () => {
    expect([rowsBy('down', 9), rowsBy('pageUp', 9), rowsBy('go', 9)]).toEqual([1, -9, null]);
  });
});
