/** What the pointer holds while its button is down: the playhead, a range, the minimap, or a lane by its name. */
export type Drag =
  | { kind: 'scrub' }
  | { kind: 'range'; from: bigint; x: number; moved: boolean; point: boolean }
  | { kind: 'minimap'; grab: number }
  | { kind: 'lane'; id: string; y: number; slot: number | null };

/** So far the pointer moves before it drags a lane, in pixels. */
export const SLACK = 5;
