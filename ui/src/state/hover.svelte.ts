/** What the pointer is over, and which side of the last event is shown. */
class Hover {
  /** In CSS pixels from the left edge of the lanes; `null`: the pointer is elsewhere. */
  x = $state<number | null>(null);
  y = $state<number | null>(null);
  /** Shows the state before the last event instead of after it. */
  before = $state(false);
}

export const hover = new Hover();
