/** Where the parts of the timeline lie, in CSS pixels. */
export const GUTTER = 104;
export const RIGHT = 10;
export const RULER = 38;
export const MINIMAP = 30;
const GAP = 10;
const LANE_GAP = 5;

export interface Layout {
  width: number;
  height: number;
  /** Left and width of the lanes. */
  left: number;
  inner: number;
  lanesTop: number;
  lanesBottom: number;
  laneHeight: number;
  minimapTop: number;
}

export function layoutFor(width: number, height: number, lanes: number): Layout {
  const lanesTop = RULER;
  const minimapTop = Math.max(lanesTop + 20, height - MINIMAP - 8);
  const lanesBottom = minimapTop - GAP;
  const laneHeight = Math.min(64, Math.max(7, (lanesBottom - lanesTop) / Math.max(1, lanes)));
  return {
    width,
    height,
    left: GUTTER,
    inner: Math.max(10, width - GUTTER - RIGHT),
    lanesTop,
    lanesBottom,
    laneHeight,
    minimapTop,
  };
}

export type Region = 'ruler' | 'lanes' | 'minimap';

export function regionAt(l: Layout, y: number): Region {
  if (y < l.lanesTop) return 'ruler';
  return y >= l.minimapTop - GAP / 2 ? 'minimap' : 'lanes';
}

/** Top and bottom of a lane's drawing. */
export function laneBox(l: Layout, index: number): { top: number; bottom: number } {
  const top = l.lanesTop + index * l.laneHeight;
  return { top: top + Math.min(LANE_GAP, l.laneHeight * 0.2), bottom: top + l.laneHeight };
}

export function laneAt(l: Layout, y: number, lanes: number): number | null {
  const index = Math.floor((y - l.lanesTop) / l.laneHeight);
  return y < l.lanesBottom && index >= 0 && index < lanes ? index : null;
}
