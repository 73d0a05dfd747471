/** Who has begun a comparison waits for it among the findings; who gives the form up is where he was. */
import { tick } from 'svelte';
import { focusPart } from '../../keys/focus';
import { compare } from '../../state/compare.svelte';

export function toFindings(): (giveBack: () => void) => void {
  const { now } = compare;
  return (giveBack) => {
    if (compare.shown && (compare.starting || compare.now !== now))
      void tick().then(() => focusPart(document.querySelector<HTMLElement>('[data-testid="findings"]')));
    else giveBack();
  };
}
