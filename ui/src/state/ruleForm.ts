/** A rule as it is written in a form. */
import type { RuleDto } from '../ipc/contract';
import { isLength } from './compareModes';

export interface RuleForm {
  /** Whether it is a condition, or an event that another one has to follow. */
  kind: 'check' | 'expect';
  name: string;
  when: string;
  check: string;
  expect: string;
  by: string;
  within: string;
  /** Whether the history is complete. */
  settled: boolean;
  /** Names apart by commas. */
  streams: string;
  categories: string;
  types: string;
  projection: string;
}

export const BLANK: RuleForm = {
  kind: 'check',
  name: '',
  when: '',
  check: '',
  expect: '',
  by: '',
  within: '',
  settled: false,
  streams: '',
  categories: '',
  types: '',
  projection: '',
};

const names = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** What of the form a rule lacks, by the names of its fields. */
export function lacksOf(
  form: RuleForm,
): ('rules.check' | 'rules.followWhen' | 'rules.expect' | 'rules.by' | 'rules.within')[] {
  if (form.kind === 'check') return form.check.trim() === '' ? ['rules.check'] : [];
  const fields = [
    ['rules.followWhen', form.when.trim() !== ''],
    ['rules.expect', form.expect.trim() !== ''],
    ['rules.by', form.by.trim() !== ''],
    ['rules.within', isLength(form.within)],
  ] as const;
  return fields.filter(([, there]) => !there).map(([name]) => name);
}

/** The rule that a form says; `null`: it says too little. */
export function ruleOf(form: RuleForm): RuleDto | null {
  const follows = form.kind === 'expect';
  const [when, check, expect, by] = [form.when, form.check, form.expect, form.by].map((text) => text.trim());
  if (lacksOf(form).length > 0) return null;
  return {
    name: form.name.trim(),
    when: when ?? '',
    check: follows ? '' : (check ?? ''),
    expect: follows ? (expect ?? '') : '',
    by: follows ? (by ?? '') : '',
    within: follows ? form.within.replaceAll(' ', '') : '',
    settled: follows && form.settled && form.within.trim() === '',
    streams: names(form.streams),
    categories: names(form.categories),
    types: names(form.types),
    projection: follows ? '' : form.projection.trim(),
  };
}
