/** The one boundary between the window and the program behind it. */
import type { Commands, ErrorDto, OpenAtStart } from './contract';

export type CommandName = keyof Commands;
export type Args<K extends CommandName> = Commands[K]['args'];
export type Answer<K extends CommandName> = Commands[K]['answer'];

/** What the program tells the window without being asked. */
export interface BackendEvents {
  /** The index of a source grew. */
  index: { source: number; generation: number };
  /** A filter looked at more events. */
  filter: { source: number; filter: number };
  /** A capture got further, or ended. */
  capture: { capture: number };
  /** A comparison got further, or ended. */
  comparison: { comparison: number };
  /** A file is to be opened: from a second start of the program, or dropped on the window. */
  open: { path: string } & Partial<OpenAtStart>;
  /** The window is asked to close, and stays for a moment until it says that it has kept what is seen (`leave`). */
  closing: null;
  /** A file hangs over the window. */
  drag: { over: boolean };
}

export interface Backend {
  call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>>;
  /** Answers a function that ends the subscription. */
  on<E extends keyof BackendEvents>(event: E, handler: (payload: BackendEvents[E]) => void): () => void;
}

/** An error as it crosses the boundary. */
export class BackendError extends Error {
  readonly code: string;
  readonly params: ErrorDto['params'];

  constructor({ code, message, params = {} }: Omit<ErrorDto, 'params'> & Partial<ErrorDto>) {
    super(message);
    this.name = 'BackendError';
    this.code = code;
    this.params = params;
  }
}

/** Whatever was thrown, with a code. */
export function toBackendError(error: unknown): BackendError {
  if (error instanceof BackendError) return error;
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    const params = 'params' in error ? (error.params as ErrorDto['params']) : {};
    return new BackendError({ code: String(error.code), message: String(error.message), params });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new BackendError({ code: 'internal', message });
}
