import { vi } from 'vitest';

/** Whole windows are laid out here, on machines that are busy. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What a browser has and jsdom has not. */
Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, get: () => 440 });
Object.defineProperty(HTMLElement.prototype, 'clientWidth', { configurable: true, get: () => 1400 });
HTMLCanvasElement.prototype.getContext = () => null;
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
Range.prototype.getBoundingClientRect = () => new DOMRect();
globalThis.ResizeObserver = class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};
window.matchMedia = (media) =>
  ({
    matches: false,
    media,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }) as unknown as MediaQueryList;
globalThis.DOMRect ??= class {
  x = 0;
  y = 0;
  width = 0;
  height = 0;
  top = 0;
  left = 0;
  right = 0;
  bottom = 0;
} as unknown as typeof DOMRect;
