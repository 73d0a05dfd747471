/** Rules checked in memory: every seventh event violates the one that is checked. */
import type { ComparisonDto, FindingDto, RuleSummaryDto, RulesDto } from '../contract';
import { BackendError } from '../backend';
import type { Args } from '../backend';
import { MockComparison } from './compare';
import type { MockHistory } from './history';

const RULE = {
  name: 'never below zero',
  when: '',
  check: 'state.total >= 0',
  expect: '',
  by: '',
  within: '',
  settled: false,
  streams: [],
  categories: [],
  types: [],
  projection: '',
};

export const statedRules: RulesDto = {
  path: '/home/ada/data/leftfold.toml',
  rules: [
    { name: RULE.name, rule: RULE, problem: null, elsewhere: null },
    { name: 'of the copy', rule: { ...RULE, name: 'of the copy' }, problem: null, elsewhere: 'copy.db' },
    { name: 'broken', rule: null, problem: 'line 9: check: stat is no name', elsewhere: null },
  ],
};

export class MockRules extends MockComparison {
  private readonly names: readonly string[];

  constructor(id: number, history: MockHistory, { source, names, written }: Args<'check_start'>) {
    if (written?.check.startsWith('stat.') === true)
      throw new BackendError({
        code: 'filter-name',
        message: 'check: stat is no name',
        params: { key: 'check' },
      });
    super(id, history, { source, right: '/same.db', options: NO_OPTIONS });
    this.names = [...names, ...(written === null ? [] : [written.name])];
    for (const e of history.all.filter((one) => one.ordinal % 700 === 7)) {
      const row = history.row(e);
      const finding: FindingDto = {
        number: this.found.length,
        awaited: false,
        category: `rule:${this.names[0] ?? ''}`,
        status: 'confirmed',
        stream: e.stream,
        key: null,
        message: 'state.total >= 0 does not hold',
        left: row,
        right: null,
        of: null,
        fields: [],
        since: String(e.nanos),
        healed: null,
        atTime: String(e.nanos),
        atLog: String(e.ordinal),
      };
      this.found.push({ finding, left: e.payload, right: null });
    }
  }

  override known(knownAt: string | null): ReturnType<MockComparison['known']> {
    const known = super.known(knownAt);
    const confirmed = this.found.length;
    const category = `rule:${this.names[0] ?? ''}`;
    const counts = [{ category, pending: 0, confirmed, healed: 0, outOfCoverage: 0 }];
    return { ...known, verdict: 'never', counts: confirmed === 0 ? [] : counts };
  }

  override dto(): ComparisonDto {
    const dto = super.dto();
    const rules = this.names.map((name, i): RuleSummaryDto => {
      const violations = i === 0 ? this.found.length : 0;
      return {
        name,
        category: `rule:${name}`,
        violations,
        pending: 0,
        streams: violations,
        listed: violations,
        since: this.found[0]?.finding.since ?? null,
        text: RULE.check,
        notes: [],
        error: null,
      };
    });
    const summary =
      dto.summary === null ? null : { ...dto.summary, identity: null, identityReason: '', rules };
    return { ...dto, mode: 'rules', right: '', rightPath: '', summary };
  }
}

const NO_OPTIONS: Args<'compare_start'>['options'] = {
  lagToleranceMs: '0',
  settled: true,
  ignore: [],
  identity: 'auto',
  metadata: false,
  numberTolerance: null,
  timeToleranceMs: null,
  leftCompacted: false,
  rightCompacted: false,
  onlyStreams: [],
  onlyCategories: [],
  onlyTypes: [],
  knownAt: null,
  correlated: null,
  projection: null,
};
