import { describe, expect, it } from 'vitest';
import { nearest } from './snap';

describe('snapping', () => {
  const at = (zoom: number) => (coord: bigint) => Number(coord) * zoom;

  it('goes to what stands near, however far that is in time', () => {
    expect(nearest([[10n, 20n]], 23, at(1))).toBe(20n);
    expect(nearest([[10n, 20n]], 26, at(1))).toBeNull();
    expect(nearest([[10n, 20n]], 26 * 0.1, at(0.1))).toBe(20n);
    expect(nearest([[10n, 20n]], 23 * 100, at(100))).toBeNull();
  });

  it('prefers what was set by hand where both are as near', () => {
    expect(nearest([[12n], [8n, 12n]], 10, at(1))).toBe(12n);
    expect(nearest([[14n], [8n]], 10, at(1))).toBe(8n);
    expect(nearest([], 10, at(1))).toBeNull();
  });
});
