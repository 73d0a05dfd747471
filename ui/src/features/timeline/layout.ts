/** Where the parts of the timeline lie, in CSS pixels. */
export const GUTTER = 104;
export const RIGHT = 10;
export const RULER = 38;
export const MINIMAP = 30;
/** The findings of a comparison, as a strip along the axis. */
export const STRIP = 16;
/** A side's lane takes so much of the room of the lanes. */
const SIDE_SHARE = 0.19;
const SIDE_LEAST = 18;
const SIDE_MOST = 46;
const GAP = 10;
/** Room for what says how many lanes are out of sight. */
const HINT = 24;
const LANE_GAP = 5;
/** A lane is never lower than its name; what does not fit is scrolled to. */
const LANE_LEAST = 20;
const LANE_MOST = 64;

export interface Layout {
  width: number;
  height: number;
  /** Left and width of the lanes. */
  left: number;
  inner: number;
  lanesTop: number;
  lanesBottom: number;
  laneHeight: number;
  /** How far the lanes are scrolled, and how far they can be. */
  scroll: number;
  mostScroll: number;
  /** The lanes in sight, some of them in part: from `first` to before `end`. */
  first: number;
  end: number;
  /** Lanes out of sight, by more than half of their height. */
  above: number;
  below: number;
  /** Where the strip of findings begins; `null`: there is none. Above it lie the left side's events, below it the right side's. */
  stripTop: number | null;
  /** How high the lane of a side is. */
  sideHeight: number;
  /** How far down the playhead's line goes. */
  linesBottom: number;
  minimapTop: number;
}

export function layoutFor(width: number, height: number, lanes: number, scrolled = 0, strip = false): Layout {
  const lanesTop = RULER;
  const minimapTop = Math.max(lanesTop + 20, height - MINIMAP - 8);
  const between = minimapTop - lanesTop;
  const sideHeight = strip ? Math.round(Math.min(SIDE_MOST, Math.max(SIDE_LEAST, between * SIDE_SHARE))) : 0;
  const stripTop = strip ? minimapTop - 6 - sideHeight - STRIP : null;
  const under = stripTop === null ? minimapTop : stripTop - sideHeight;
  const fits = lanes * LANE_LEAST <= under - GAP - lanesTop;
  const lanesBottom = Math.max(lanesTop, under - (fits ? GAP : HINT));
  const room = lanesBottom - lanesTop;
  const laneHeight = Math.min(LANE_MOST, Math.max(LANE_LEAST, room / Math.max(1, lanes)));
  const mostScroll = Math.max(0, Math.round(laneHeight * lanes - room));
  const scroll = Math.min(Math.max(0, scrolled), mostScroll);
  return {
    width,
    height,
    left: GUTTER,
    inner: Math.max(10, width - GUTTER - RIGHT),
    lanesTop,
    lanesBottom,
    laneHeight,
    scroll,
    mostScroll,
    first: Math.min(lanes, Math.floor(scroll / laneHeight)),
    end: Math.min(lanes, Math.ceil((scroll + room) / laneHeight - 1e-6)),
    above: mostScroll === 0 ? 0 : Math.round(scroll / laneHeight),
    below: mostScroll === 0 ? 0 : Math.max(0, lanes - Math.round((scroll + room) / laneHeight)),
    stripTop,
    sideHeight,
    linesBottom: stripTop === null ? lanesBottom : stripTop + STRIP + sideHeight,
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
  const top = l.lanesTop - l.scroll + index * l.laneHeight;
  return { top: top + Math.min(LANE_GAP, l.laneHeight * 0.2), bottom: top + l.laneHeight };
}

export function laneAt(l: Layout, y: number, lanes: number): number | null {
  const index = Math.floor((y - l.lanesTop + l.scroll) / l.laneHeight);
  return y >= l.lanesTop && y < l.lanesBottom && index >= 0 && index < lanes ? index : null;
}
