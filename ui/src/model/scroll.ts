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
  return Math.min(lastTop(rows, viewport, rowHeight), Math.max(0, row - visible * 0.6));
}

/** So many of the latest scroll positions are remembered as our own: the browser tells them late, and sometimes an older one again. */
const REMEMBERED = 4;

/** Tells the reader's scrolling from what the program scrolled itself, and from the browser's own correction of a bar that stood too far. */
export class OwnScrolls {
  private places: number[] = [0];

  /** The program moved the bar there. */
  note(place: number): void {
    this.places = [...this.places, place].slice(-REMEMBERED);
  }

  /** Whether a bar that now stands at `place`, and can go to `most`, was not moved by the reader. */
  isOwn(place: number, most: number): boolean {
    const known = this.places.some((own) => Math.abs(own - place) <= 1);
    const cut = this.places.some((own) => own > most) && Math.abs(place - most) <= 1;
    // A list cut short may tell of its old place once more: what the program did stays known until the reader scrolls.
    if (cut) this.note(place);
    else if (!known) this.places = [place];
    return known || cut;
  }
}
