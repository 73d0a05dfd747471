/** Scrolling a list that may be taller than a browser allows: past a limit the scroll bar's way is mapped to the rows. */

export const ROW_HEIGHT = 22;
/** Browsers stop between 16 and 33 million pixels. */
export const MAX_HEIGHT = 8_000_000;

/** The height of the scrolled content. */
export const contentHeight = (rows: number, rowHeight = ROW_HEIGHT): number =>
  Math.min(rows * rowHeight, MAX_HEIGHT);

/** The greatest row number that may stand at the top; rows are fractional, so that a list scrolls smoothly. */
export const lastTop = (rows: number, viewport: number, rowHeight = ROW_HEIGHT): number =>
  Math.max(0, rows - viewport / rowHeight);

export function topFromScroll(
  scrollTop: number,
  rows: number,
  viewport: number,
  rowHeight = ROW_HEIGHT,
): number {
  const way = contentHeight(rows, rowHeight) - viewport;
  if (way <= 0) return 0;
  const share = Math.min(1, Math.max(0, scrollTop / way));
  return share * lastTop(rows, viewport, rowHeight);
}

export function scrollFromTop(top: number, rows: number, viewport: number, rowHeight = ROW_HEIGHT): number {
  const last = lastTop(rows, viewport, rowHeight);
  if (last <= 0) return 0;
  return (Math.min(last, Math.max(0, top)) / last) * (contentHeight(rows, rowHeight) - viewport);
}

/** Where the list should start so that a row stands calmly inside; unchanged while it does. */
export function reveal(
  row: number,
  top: number,
  rows: number,
  viewport: number,
  rowHeight = ROW_HEIGHT,
): number {
  const visible = viewport / rowHeight;
  const margin = Math.min(4, visible / 4);
  if (row >= top + margin && row + 1 <= top + visible - margin) return top;
  // No row is cut at the upper border.
  return Math.min(lastTop(rows, viewport, rowHeight), Math.max(0, Math.round(row - visible * 0.6)));
}

/**
 * Which of the two the other comes after: the scroll bar, from when the reader takes hold of it, or else the rows. A scroll event says
 * where the bar is and not who moved it (the reader, the program, a layout that became shorter), so it never decides this.
 */
export class Lead {
  private bar = false;

  /** The reader's hand is on the bar, or on a touched list. */
  toBar(): void {
    this.bar = true;
  }

  /** The rows were moved otherwise: by wheel, key, playhead or another list. */
  toRows(): void {
    this.bar = false;
  }

  /** Whether a scroll event moves the rows. */
  get isBar(): boolean {
    return this.bar;
  }
}

/** Whether a press lands on a list's scroll bar. Rows cover all the rest of a list that scrolls, so nothing else is the list itself. */
export const pressesBar = (target: EventTarget | null, list: HTMLElement): boolean =>
  target === list && list.scrollHeight > list.clientHeight;
