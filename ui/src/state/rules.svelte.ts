/** The rules of the project file, and one that is written by hand. */
import type { RuleDto, RulesDto } from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { Latest } from '../model/latest';
import { toggled } from '../model/toggled';
import { call } from './backend';
import { compare } from './compare.svelte';
import { BLANK, ruleOf } from './ruleForm';
import type { RuleForm } from './ruleForm';
import { session } from './session.svelte';

class Rules {
  now = $state.raw<RulesDto | null>(null);
  /** Why they cannot be listed. */
  problem = $state.raw<BackendError | null>(null);
  /** Names that are not to be checked. */
  left = $state.raw<readonly string[]>([]);
  /** What is written by hand; it stays when the form is closed. */
  form = $state<RuleForm>({ ...BLANK });
  private of: string | null = null;

  private readonly wish = new Latest<number, RulesDto>(
    (source) => call('rules', { source }),
    (now) => {
      this.now = now;
      this.problem = null;
    },
    (error) => {
      this.now = null;
      this.problem = toBackendError(error);
    },
  );

  /** The names of the rules that are to be checked. */
  names: readonly string[] = $derived(
    (this.now?.rules ?? [])
      .filter((rule) => rule.problem === null && rule.elsewhere === null && !this.left.includes(rule.name))
      .map((rule) => rule.name),
  );

  /** The rule that is written; `null`: none is, or it says too little. */
  written: RuleDto | null = $derived(ruleOf(this.form));

  ask(): void {
    const path = session.source?.path ?? null;
    if (path === null) return;
    if (this.of !== path) {
      this.now = null;
      this.left = [];
    }
    this.of = path;
    compare.refused = null;
    compare.askingRules = true;
    this.wish.request(session.id);
  }

  /** What was written is one of the project file's now. */
  saved(): void {
    Object.assign(this.form, BLANK);
    this.wish.request(session.id);
  }

  toggle(name: string): void {
    this.left = toggled(this.left, name);
  }

  async check(): Promise<void> {
    await compare.check(this.names, this.written);
  }
}

export const rules = new Rules();
