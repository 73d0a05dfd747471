/** When the next frame has been painted, and what painting something costs. */

/** Calls back when the next frame has been painted: a message posted from its callback comes after that. */
export function afterPainting(then: (now: number) => void): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      then(performance.now());
    };
    channel.port2.postMessage(null);
  });
}

/** Milliseconds beyond which nothing was painted meanwhile: a window that cannot be seen has no frames. */
const MOST = 250;

/** How long something takes from its change to its picture, which no browser tells. */
export class PaintCost {
  private took = 0;

  /** It changes now. */
  begin(): void {
    const began = performance.now();
    afterPainting((now) => this.note(now - began));
  }

  note(took: number): void {
    // One that happened to come beside something else counts little.
    if (took > MOST) return;
    this.took = this.took === 0 ? took : this.took + (took - this.took) / 4;
  }

  /** Milliseconds between two of them that leave it such a share of the time; between a tenth of a second and a whole one. */
  pause(share: number): number {
    return Math.min(1000, Math.max(100, this.took / share));
  }
}
