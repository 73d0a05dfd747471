/** Draws what changes apart from the lanes: the range, the selection, the minimap's window. */
import { extentOn, fitView, lineToX, toLine } from '../../model/axis';
import type { Scene } from './paint';
import { MINIMAP } from './layout';

export interface Cursors {
  selected: bigint | null;
  range: { from: bigint; to: bigint } | null;
}

function paintRange(g: CanvasRenderingContext2D, s: Scene, range: { from: bigint; to: bigint }): void {
  const { layout: l, palette } = s;
  const clamp = (x: number): number => Math.min(Math.max(x, l.left), l.left + l.inner);
  const a = clamp(l.left + lineToX(s.view, toLine(s.fold, range.from), l.inner));
  const b = clamp(l.left + lineToX(s.view, toLine(s.fold, range.to), l.inner));
  g.fillStyle = palette.range + '26';
  g.fillRect(a, l.lanesTop - 6, b - a, l.lanesBottom - l.lanesTop + 6);
  g.fillStyle = palette.range;
  g.fillRect(a, l.lanesTop - 6, 1, l.lanesBottom - l.lanesTop + 6);
  g.fillRect(b - 1, l.lanesTop - 6, 1, l.lanesBottom - l.lanesTop + 6);
}

function paintMinimapWindow(g: CanvasRenderingContext2D, s: Scene): void {
  const { layout: l, palette } = s;
  const whole = fitView(s.fold.length);
  const { from, to } = extentOn(whole, s.view, l.inner);
  const a = l.left + Math.min(Math.max(0, from), l.inner);
  const b = l.left + Math.min(Math.max(0, to), l.inner);
  g.fillStyle = palette.accent + '2e';
  g.fillRect(a, l.minimapTop, Math.max(2, b - a), MINIMAP);
  g.strokeStyle = palette.accent;
  g.lineWidth = 1;
  g.strokeRect(Math.round(a) + 0.5, l.minimapTop + 0.5, Math.max(3, Math.round(b - a) - 1), MINIMAP - 1);
}

export function paintOverlay(g: CanvasRenderingContext2D, s: Scene, c: Cursors): void {
  const { layout: l, palette } = s;
  g.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  g.clearRect(0, 0, l.width, l.height);
  if (c.range !== null) paintRange(g, s, c.range);
  if (c.selected !== null) {
    const x = l.left + lineToX(s.view, toLine(s.fold, c.selected), l.inner);
    if (x >= l.left && x <= l.left + l.inner) {
      g.fillStyle = palette.accent;
      g.fillRect(x - 0.75, l.lanesTop - 6, 1.5, l.lanesBottom - l.lanesTop + 6);
      g.beginPath();
      g.moveTo(x - 4, l.lanesBottom + 5);
      g.lineTo(x + 4, l.lanesBottom + 5);
      g.lineTo(x, l.lanesBottom);
      g.fill();
    }
  }
  if (s.ready) paintMinimapWindow(g, s);
}
