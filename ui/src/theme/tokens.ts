/** The colours of both themes; written into CSS variables, used by the canvas, and checked for contrast. */

export interface Palette {
  background: string;
  panel: string;
  raised: string;
  line: string;
  text: string;
  dim: string;
  accent: string;
  onAccent: string;
  playhead: string;
  onPlayhead: string;
  bad: string;
  warn: string;
  good: string;
  changed: string;
  added: string;
  removed: string;
  range: string;
  /** The ground of what is picked, and the line around what the arrows stand at. */
  picked: string;
  ring: string;
  lanes: readonly string[];
}

export const dark: Palette = {
  background: '#0f1216',
  panel: '#151a20',
  raised: '#1d242c',
  line: '#262e38',
  text: '#d9e0e8',
  dim: '#8794a3',
  accent: '#7db3ff',
  onAccent: '#0b1220',
  playhead: '#ffcf5c',
  onPlayhead: '#1c1600',
  bad: '#ff6b6b',
  warn: '#f2b84b',
  good: '#5fd0a5',
  changed: '#3a3018',
  added: '#17382b',
  removed: '#3d2022',
  range: '#7db3ff',
  picked: '#212c3b',
  ring: '#5376a6',
  lanes: ['#6aa9ff', '#5fd0a5', '#e6a85c', '#c79bf2', '#6fc7d6', '#e58bb0', '#b3c464', '#d99a86'],
};

export const light: Palette = {
  background: '#f6f7f9',
  panel: '#ffffff',
  raised: '#ebeff4',
  line: '#dde3ea',
  text: '#1b2430',
  dim: '#5d6a79',
  accent: '#155cc9',
  onAccent: '#ffffff',
  playhead: '#b87d00',
  onPlayhead: '#1c1600',
  bad: '#cf2f2f',
  warn: '#8f5c00',
  good: '#0f7a52',
  changed: '#fff0cf',
  added: '#ddf3e8',
  removed: '#fbe3e3',
  range: '#155cc9',
  picked: '#e3eaf5',
  ring: '#4d83d6',
  lanes: ['#2f74d0', '#14855f', '#b36b12', '#7d4bc2', '#177f92', '#b8417a', '#667a12', '#a9543b'],
};

const kebab = (name: string): string => name.replace(/[A-Z]/g, (c) => '-' + c.toLowerCase());

export function applyPalette(palette: Palette, style: CSSStyleDeclaration): void {
  for (const [name, value] of Object.entries(palette) as [string, string | string[]][]) {
    if (typeof value === 'string') style.setProperty(`--${kebab(name)}`, value);
    else value.forEach((colour, i) => style.setProperty(`--lane-${i}`, colour));
  }
}

/**
 * The number of a lane's colour, the same wherever the lane is named. Keys are given in the order in which names first occur in the
 * log: they are the same at every opening, and while the index is being built.
 */
export const laneNumber = (key: number): number => key % dark.lanes.length;

/** A lane's colour by its number, on the canvas, where there are no CSS variables. */
export const laneColour = (palette: Palette, number: number): string =>
  palette.lanes[laneNumber(number)] ?? palette.dim;

function channel(value: number): number {
  const c = value / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** WCAG 2 contrast of two `#rrggbb` colours. */
export function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((hex) => {
    const n = parseInt(hex.slice(1), 16);
    return 0.2126 * channel(n >> 16) + 0.7152 * channel((n >> 8) & 255) + 0.0722 * channel(n & 255);
  });
  const [high, low] = [Math.max(x ?? 0, y ?? 0), Math.min(x ?? 0, y ?? 0)];
  return (high + 0.05) / (low + 0.05);
}
