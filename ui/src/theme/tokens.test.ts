import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contrast, dark, laneColour, light } from './tokens';

/** So much of one colour in another. */
function mix(colour: string, ground: string, share: number): string {
  const part = (text: string, at: number): number => parseInt(text.slice(at, at + 2), 16);
  const one = (at: number): number => Math.round(part(colour, at) * share + part(ground, at) * (1 - share));
  return `#${[1, 3, 5].map((at) => one(at).toString(16).padStart(2, '0')).join('')}`;
}

describe.each([
  ['dark', dark],
  ['light', light],
])('the %s palette', (_, p) => {
  const grounds = [p.background, p.panel, p.raised];

  it('keeps text legible on every ground (WCAG AA)', () => {
    for (const ground of [...grounds, p.changed, p.added, p.removed])
      expect(contrast(p.text, ground)).toBeGreaterThanOrEqual(4.5);
    for (const ground of [p.background, p.panel]) {
      for (const colour of [p.dim, p.accent, p.bad, p.warn, p.good]) {
        expect(contrast(colour, ground), `${colour} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('keeps the dim text legible on what is raised', () => {
    expect(contrast(p.dim, p.raised)).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps text legible on filled buttons and on the flag', () => {
    expect(contrast(p.onAccent, p.accent)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(p.onPlayhead, p.playhead)).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps the blame of the current event legible on its mark', () => {
    for (const ground of [p.changed, p.added]) expect(contrast(p.accent, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps picked rows legible, and what the arrows stand at seen', () => {
    for (const colour of [p.text, p.dim, p.accent])
      expect(contrast(colour, p.picked), colour).toBeGreaterThanOrEqual(4.5);
    for (const ground of [...grounds, p.picked])
      expect(contrast(p.ring, ground), ground).toBeGreaterThanOrEqual(3);
    for (const file of ['events/EventList', 'inspector/Tree', 'inspector/CausesTab']) {
      const text = readFileSync(join(process.cwd(), `src/features/${file}.svelte`), 'utf8');
      expect(text, file).toMatch(/box-shadow: inset 0 0 0 1px var\(--ring\)/);
    }
  });

  it('keeps the rows after the playhead legible', () => {
    const list = readFileSync(join(process.cwd(), 'src/features/events/EventList.svelte'), 'utf8');
    const share =
      /\.row\.future \{\s*color: color-mix\(in srgb, var\(--text\) (\d+)%, var\(--background\)\)/.exec(
        list,
      )?.[1];
    const mixed = mix(p.text, p.background, Number(share) / 100);
    for (const ground of [...grounds, p.picked])
      expect(contrast(mixed, ground), mixed).toBeGreaterThanOrEqual(4.5);
    // What is dim in other rows is no dimmer in these.
    expect(list).not.toMatch(/color-mix\(in srgb, var\(--dim\)/);
  });

  it('keeps lanes and the playhead visible (3 to 1 for graphics)', () => {
    for (const colour of p.lanes) expect(contrast(colour, p.panel), colour).toBeGreaterThanOrEqual(3);
    for (const ground of [p.panel, p.background])
      expect(contrast(p.playhead, ground)).toBeGreaterThanOrEqual(3);
  });
});

it('has the same number of lane colours in both themes, and repeats them in order', () => {
  expect(dark.lanes.length).toBe(light.lanes.length);
  expect(laneColour(dark, dark.lanes.length + 1)).toBe(dark.lanes[1]);
});
