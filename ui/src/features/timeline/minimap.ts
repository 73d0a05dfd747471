/** The minimap as a handle of the view. */
import { fitView, normalise, xToLine } from '../../model/axis';
import { view } from '../../state/view.svelte';

/** Brings the view where the pointer is; `grab` is the part of the view that it holds. */
export function moveMinimap(x: number, grab: number): void {
  const whole = fitView(view.fold.length);
  const line = xToLine(whole, x, view.width);
  view.set(normalise(line, -view.now.span * grab, view.now.span));
}

/** Which part of the view the pointer takes hold of: its middle where it is outside. */
export function grabMinimap(x: number): number {
  const whole = fitView(view.fold.length);
  const share = Number(xToLine(whole, x, view.width) - view.now.from) / view.now.span;
  return share >= 0 && share <= 1 ? share : 0.5;
}
