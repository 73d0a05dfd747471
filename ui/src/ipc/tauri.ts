/** The program behind the real window. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import type { Answer, Args, Backend, BackendEvents, CommandName } from './backend';
import { toBackendError } from './backend';

type Handlers = { [E in keyof BackendEvents]: Set<(payload: BackendEvents[E]) => void> };

export class TauriBackend implements Backend {
  private readonly handlers: Handlers = {
    index: new Set(),
    filter: new Set(),
    capture: new Set(),
    comparison: new Set(),
    open: new Set(),
    closing: new Set(),
    drag: new Set(),
  };

  constructor() {
    this.forward('index');
    this.forward('filter');
    this.forward('capture');
    this.forward('comparison');
    this.forward('open');
    // Of this window alone: the others are not closing.
    void getCurrentWebview().listen<null>('closing', () => this.emit('closing', null));
    void getCurrentWebview().onDragDropEvent(({ payload }) => {
      this.emit('drag', { over: payload.type === 'enter' || payload.type === 'over' });
      const path = payload.type === 'drop' ? payload.paths[0] : undefined;
      if (path !== undefined) this.emit('open', { path });
    });
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
    try {
      return await invoke<Answer<K>>(name, { args });
    } catch (error) {
      throw toBackendError(error);
    }
  }

  on<E extends keyof BackendEvents>(event: E, handler: (payload: BackendEvents[E]) => void): () => void {
    this.handlers[event].add(handler);
    return () => this.handlers[event].delete(handler);
  }

  private forward<E extends 'index' | 'filter' | 'capture' | 'comparison' | 'open'>(event: E): void {
    void listen<BackendEvents[E]>(event, ({ payload }) => this.emit(event, payload));
  }

  private emit<E extends keyof BackendEvents>(event: E, payload: BackendEvents[E]): void {
    for (const handler of this.handlers[event]) handler(payload);
  }
}
