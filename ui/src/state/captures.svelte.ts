/** The captures of this run of the program, as far as each is. */
import type { CaptureDto, CaptureStateDto } from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import { told } from '../i18n/told';
import { Latest } from '../model/latest';
import { call, on } from './backend';
import { screen } from './screen.svelte';

const ENDED: readonly CaptureStateDto[] = ['complete', 'stopped', 'failed'];

export const hasEnded = (capture: CaptureDto): boolean => ENDED.includes(capture.state);

class Captures {
  all = $state.raw<CaptureDto[]>([]);
  /** The one that keys are about: the latest that is at work. */
  readonly current: CaptureDto | null = $derived(this.all.find((c) => !hasEnded(c)) ?? null);
  private waiting = new Map<number, (ended: CaptureDto | null) => void>();

  private readonly refresh = new Latest<null, CaptureDto[]>(
    () => call('captures', {}),
    (all) => {
      this.all = all;
      for (const capture of all) {
        const wait = this.waiting.get(capture.id);
        if (wait === undefined || (!capture.ready && !hasEnded(capture))) continue;
        this.waiting.delete(capture.id);
        wait(capture.ready ? null : capture);
        if (capture.ready && screen.now.kind === 'kafka') void screen.openPath(capture.path);
      }
    },
  );

  listen(): () => void {
    this.refresh.request(null);
    return on('capture', () => this.refresh.request(null));
  }

  /** Comes when the file of a capture is there, and opens it; or with the capture when it ended before. */
  begun(capture: CaptureDto): Promise<CaptureDto | null> {
    this.all = [capture, ...this.all.filter((c) => c.id !== capture.id)];
    return new Promise((done) => {
      this.waiting.set(capture.id, done);
      this.refresh.request(null);
    });
  }

  async pause(capture: CaptureDto): Promise<void> {
    await this.ask(() => call('pause_capture', { capture: capture.id, paused: capture.state !== 'paused' }));
  }

  async stop(capture: CaptureDto): Promise<void> {
    await this.ask(() => call('stop_capture', { capture: capture.id }));
  }

  dismiss(capture: number): void {
    this.all = this.all.filter((c) => c.id !== capture);
    void this.ask(() => call('forget_capture', { capture }));
  }

  private async ask(question: () => Promise<unknown>): Promise<void> {
    try {
      await question();
    } catch (error) {
      screen.say(told(toBackendError(error)));
    }
    this.refresh.request(null);
  }
}

export const captures = new Captures();
