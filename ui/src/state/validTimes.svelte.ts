/** Whether the times at which events are valid stand beside those at which they were recorded. */

/** How many of them are drawn: none where events are not drawn one by one, and it is not known while what they are is on its way. */
export type DrawnValid = number | 'dense' | 'waiting';

class ValidTimes {
  on = $state(false);
  drawn = $state.raw<DrawnValid>('waiting');
}

export const validTimes = new ValidTimes();
