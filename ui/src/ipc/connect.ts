/** Chooses the backend: the shell's, or in development without a shell the one in memory. */
import type { Backend } from './backend';

export async function connect(): Promise<Backend> {
  if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
    const { MockBackend } = await import('./mock/backend');
    return new MockBackend();
  }
  const { TauriBackend } = await import('./tauri');
  return new TauriBackend();
}
