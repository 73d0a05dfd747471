import { describe, expect, it } from 'vitest';
import { contrast, dark, laneColour, light } from './tokens';

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

  it('keeps lanes and the playhead visible (3 to 1 for graphics)', () => {
    for (const colour of p.lanes) expect(contrast(colour, p.panel), colour).toBeGreaterThanOrEqual(3);
    expect(contrast(p.playhead, p.panel)).toBeGreaterThanOrEqual(2.8);
  });
});

it('has the same number of lane colours in both themes, and repeats them in order', () => {
  expect(dark.lanes.length).toBe(light.lanes.length);
  expect(laneColour(dark, dark.lanes.length + 1)).toBe(dark.lanes[1]);
});
