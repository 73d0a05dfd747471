/** What a place under the pointer means: something that stands within a few pixels, or the exact place. */

/** How near, in pixels: in time that follows the zoom. */
export const RADIUS = 6;

/** The nearest of the coordinates that stand near a pixel; of those listed first where two are as near. `null`: none is. */
export function nearest(
  kinds: readonly Iterable<bigint>[],
  x: number,
  xOf: (coord: bigint) => number,
  radius = RADIUS,
): bigint | null {
  let best: bigint | null = null;
  let near = radius;
  for (const coords of kinds)
    for (const coord of coords) {
      const distance = Math.abs(xOf(coord) - x);
      if (distance >= near) continue;
      near = distance;
      best = coord;
    }
  return best;
}
