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
/** A lane of values takes so much of the room of the lanes. */
const VALUE_SHARE = 0.17;
const VALUE_LEAST = 26;
const VALUE_MOST = 44;
const VALUE_LOWEST = 10;
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
  /** Where the lanes of values begin, below the lanes of events, and how high each is. */
  valuesTop: number;
  valueHeight: number;
  values: number;
  /** How high the lane of a side is. */
  sideHeight: number;
  /** How far down the playhead's line goes. */
  linesBottom: number;
  minimapTop: number;
}

/** `strip`: whether there are findings; `sides`: whether both sides' events stand beside them; `values`: how many lanes of values there are. */
export function layoutFor(
  width: number,
  height: number,
  lanes: number,
  scrolled = 0,
  strip = false,
  sides = strip,
  values = 0,
): Layout {
  const lanesTop = RULER;
  const minimapTop = Math.max(lanesTop + 20, height - MINIMAP - 8);
  const between = minimapTop - lanesTop;
  const sideHeight = sides ? Math.round(Math.min(SIDE_MOST, Math.max(SIDE_LEAST, between * SIDE_SHARE))) : 0;
  const stripTop = strip ? minimapTop - 6 - sideHeight - STRIP : null;
  const below = stripTop === null ? minimapTop : stripTop - sideHeight;
  // In a low timeline they give way, so that a lane of events is left.
  const left = (below - GAP / 2 - lanesTop - LANE_LEAST - GAP) / Math.max(1, values);
  const wanted = Math.min(VALUE_MOST, Math.max(VALUE_LEAST, between * VALUE_SHARE));
  const valueHeight = Math.floor(Math.max(VALUE_LOWEST, Math.min(wanted, left)));
  const valuesTop = values === 0 ? below : below - GAP / 2 - values * valueHeight;
  const under = valuesTop;
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
    valuesTop,
    valueHeight,
    values,
    sideHeight,
    linesBottom:
      stripTop !== null
        ? stripTop + STRIP + sideHeight
        : values > 0
          ? valuesTop + values * valueHeight
          : lanesBottom,
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
  const top = laneTop(l, index);
  return { top: top + Math.min(LANE_GAP, l.laneHeight * 0.2), bottom: top + l.laneHeight };
}

/** Top and bottom of a lane of values. */
export function valueBox(l: Layout, index: number): { top: number; bottom: number } {
  const top = l.valuesTop + index * l.valueHeight;
  return { top, bottom: top + l.valueHeight };
}

/** Where a lane begins, drawn or not. */
export const laneTop = (l: Layout, index: number): number => l.lanesTop - l.scroll + index * l.laneHeight;

/** Between which lanes one would be let go of: before the one with this number. */
export function slotAt(l: Layout, y: number, lanes: number): number {
  return Math.min(lanes, Math.max(0, Math.round((y - l.lanesTop + l.scroll) / l.laneHeight)));
}

export function laneAt(l: Layout, y: number, lanes: number): number | null {
  const index = Math.floor((y - l.lanesTop + l.scroll) / l.laneHeight);
  return y >= l.lanesTop && y < l.lanesBottom && index >= 0 && index < lanes ? index : null;
}

/** By how many pixels the wheel was turned, to the right and down: some devices count in lines or pages. */
export function wheelPixels({ deltaMode, deltaX, deltaY }: WheelEvent): [number, number] {
  const unit = deltaMode === 1 ? 16 : deltaMode === 2 ? 400 : 1;
  return [deltaX * unit, deltaY * unit];
}
