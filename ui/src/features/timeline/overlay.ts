/** Draws what moves: the playhead, the dimmed future, the range, the selection, the pointer's line, the minimap's window. */
import { fitView, lineToX, toLine } from '../../model/axis';
import { durationText, groupDigits, timeText } from '../../model/time';
import { DATA } from './paint';
import type { Scene } from './paint';
import { MINIMAP } from './layout';

export interface Cursors {
  playhead: bigint | null;
  selected: bigint | null;
  hoverX: number | null;
  range: { from: bigint; to: bigint } | null;
}

function flag(g: CanvasRenderingContext2D, s: Scene, x: number, text: string): void {
  const { layout: l, palette } = s;
  g.font = DATA;
  const width = g.measureText(text).width + 12;
  const left = Math.min(Math.max(x - width / 2, l.left - 40), l.left + l.inner - width + 8);
  g.fillStyle = palette.playhead;
  g.beginPath();
  g.roundRect(left, 2, width, 18, 3);
  g.fill();
  g.beginPath();
  g.moveTo(x - 5, 20);
  g.lineTo(x + 5, 20);
  g.lineTo(x, 27);
  g.fill();
  g.fillStyle = palette.onPlayhead;
  g.textAlign = 'left';
  g.textBaseline = 'middle';
  g.fillText(text, left + 6, 11);
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
  const length = range.to - range.from;
  const text = s.axis === 'time' ? durationText(length) : groupDigits(String(length));
  g.font = DATA;
  const width = g.measureText(text).width + 10;
  const middle = Math.min(Math.max((a + b) / 2, l.left + width / 2), l.left + l.inner - width / 2);
  g.fillStyle = palette.panel;
  g.fillRect(middle - width / 2, l.lanesBottom - 16, width, 15);
  g.fillStyle = palette.accent;
  g.textAlign = 'center';
  g.textBaseline = 'middle';
  g.fillText(text, middle, l.lanesBottom - 8);
}

function paintMinimapWindow(g: CanvasRenderingContext2D, s: Scene, playhead: bigint | null): void {
  const { layout: l, palette } = s;
  const whole = fitView(s.fold.length);
  const x = (line: bigint): number => l.left + lineToX(whole, line, l.inner);
  const a = Math.max(l.left, x(s.view.from));
  const b = Math.min(l.left + l.inner, x(s.view.from + BigInt(Math.round(s.view.span))));
  g.fillStyle = palette.accent + '2e';
  g.fillRect(a, l.minimapTop, Math.max(2, b - a), MINIMAP);
  g.strokeStyle = palette.accent;
  g.lineWidth = 1;
  g.strokeRect(Math.round(a) + 0.5, l.minimapTop + 0.5, Math.max(3, Math.round(b - a) - 1), MINIMAP - 1);
  if (playhead === null) return;
  g.fillStyle = palette.playhead;
  g.fillRect(x(toLine(s.fold, playhead)) - 0.75, l.minimapTop, 1.5, MINIMAP);
}

export function paintOverlay(g: CanvasRenderingContext2D, s: Scene, c: Cursors): void {
  const { layout: l, palette } = s;
  g.setTransform(s.dpr, 0, 0, s.dpr, 0, 0);
  g.clearRect(0, 0, l.width, l.height);
  const right = l.left + l.inner;
  const at = (coord: bigint): number => l.left + lineToX(s.view, toLine(s.fold, coord), l.inner);
  const x = c.playhead === null ? null : at(c.playhead);
  if (x !== null && x < right) {
    g.fillStyle = palette.panel + '99';
    const from = Math.max(x, l.left);
    g.fillRect(from, l.lanesTop - 6, right - from, l.lanesBottom - l.lanesTop + 6);
  }
  if (c.range !== null) paintRange(g, s, c.range);
  if (c.hoverX !== null) {
    g.fillStyle = palette.dim;
    g.fillRect(Math.round(l.left + c.hoverX), l.lanesTop - 6, 1, l.lanesBottom - l.lanesTop + 6);
  }
  if (c.selected !== null) {
    const sx = at(c.selected);
    if (sx >= l.left && sx <= right) {
      g.fillStyle = palette.accent;
      g.fillRect(sx - 0.75, l.lanesTop - 6, 1.5, l.lanesBottom - l.lanesTop + 6);
      g.beginPath();
      g.moveTo(sx - 4, l.lanesBottom + 5);
      g.lineTo(sx + 4, l.lanesBottom + 5);
      g.lineTo(sx, l.lanesBottom);
      g.fill();
    }
  }
  if (x !== null && x >= l.left - 1 && x <= right + 1 && c.playhead !== null) {
    g.fillStyle = palette.playhead;
    g.fillRect(Math.round(x * s.dpr) / s.dpr - 0.75, 18, 1.5, l.lanesBottom - 18);
    flag(g, s, x, s.axis === 'time' ? timeText(c.playhead) : `#${groupDigits(String(c.playhead))}`);
  }
  paintMinimapWindow(g, s, c.playhead);
}
