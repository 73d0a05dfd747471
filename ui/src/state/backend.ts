/** The backend in use; set once before anything is drawn. */
import type { Answer, Args, Backend, BackendEvents, CommandName } from '../ipc/backend';

let current: Backend | null = null;

export function setBackend(backend: Backend): void {
  current = backend;
}

function backend(): Backend {
  if (current === null) throw new Error('no backend yet');
  return current;
}

export const call = <K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> =>
  backend().call(name, args);

export const on = <E extends keyof BackendEvents>(
  event: E,
  handler: (payload: BackendEvents[E]) => void,
): (() => void) => backend().on(event, handler);
