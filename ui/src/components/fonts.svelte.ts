/** Texts that are measured: the font an element has, and when fonts have come. */

class Fonts {
  /** Changes whenever fonts were loaded: what was measured before was another face. */
  loaded = $state(0);

  constructor() {
    if (typeof document === 'undefined' || document.fonts === undefined) return;
    document.fonts.addEventListener('loadingdone', () => this.loaded++);
  }
}

export const fonts = new Fonts();

/** For a canvas. Asked for as a whole, WebKit says nothing where a part of it has no place in the short form. */
export function fontOf(
  style: Pick<CSSStyleDeclaration, 'fontStyle' | 'fontWeight' | 'fontSize' | 'fontFamily'>,
): string {
  return [style.fontStyle, style.fontWeight, style.fontSize, style.fontFamily].join(' ');
}
