/**
 * How what has the focus was reached. Whoever goes there by the Tab key wants it to have the keys its kind has (arrows among tabs, Space on a
 * button); whoever clicked it is done with it, and the keys mean what they mean everywhere.
 */
let byPointer = false;

export const reachedByKeys = (): boolean => !byPointer;

export function listenHowReached(): () => void {
  const onPointer = (): void => {
    byPointer = true;
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') byPointer = false;
  };
  window.addEventListener('pointerdown', onPointer, true);
  window.addEventListener('keydown', onKey, true);
  return () => {
    window.removeEventListener('pointerdown', onPointer, true);
    window.removeEventListener('keydown', onKey, true);
  };
}
