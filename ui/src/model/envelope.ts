/** A state and a field as text to copy: as the command line's `--json` has them, and as a table. */
import type { ErrorDto, StateDto } from '../ipc/contract';
import { formatJson, pointerToken } from './json';
import type { Json } from './json';

/** The most leaves of a state that a table has. */
const MOST_LEAVES = 100_000;

/** A position as the envelope has it: a number where it reads back as the same text. */
const positionText = (position: string): string =>
  /^(?:0|-?[1-9][0-9]{0,18})$/.test(position) ? position : JSON.stringify(position);

/** A state as `leftfold state --json` says it; its JSON stands in it as it is, with all digits. */
export function stateEnvelope(state: StateDto, shown: string): string {
  const { last } = state;
  const problem = ({ code, message }: ErrorDto): string => JSON.stringify({ code, message });
  const parts: [string, string | null | undefined][] = [
    ['stream', state.stream === '' ? null : JSON.stringify(state.stream)],
    ['version', last?.version],
    ['position', last?.position == null ? null : positionText(last.position)],
    ['time', last?.time == null ? null : JSON.stringify(last.time)],
    ['projection', JSON.stringify(state.projection)],
    ['state', shown],
    ['problems', `[${[...state.missing, ...state.problems].map(problem).join(',')}]`],
  ];
  return `{${parts.flatMap(([name, text]) => (text == null ? [] : [`"${name}":${text}`])).join(',')}}`;
}

/** A cell as RFC 4180 has it. */
export const csvCell = (text: string): string =>
  /["\n\r,]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;

/** A value's leaves, a line each: where it stands and what it is. */
export function csvOf(value: Json, path = ''): { text: string; lines: number; all: boolean } {
  const lines: string[] = [];
  const rest: [string, Json][] = [[path, value]];
  let all = true;
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const [at, of] = next;
    const below =
      of.kind === 'object'
        ? of.entries
        : of.kind === 'array'
          ? of.items.map((item, i): [string, Json] => [String(i), item])
          : [];
    if (below.length === 0) {
      if (lines.length >= MOST_LEAVES) {
        all = false;
        break;
      }
      const text = of.kind === 'string' ? of.value : formatJson(of);
      lines.push(`${csvCell(at)},${csvCell(text)}`);
    }
    for (let i = below.length - 1; i >= 0; i--) {
      const [name, item] = below[i] as [string, Json];
      rest.push([`${at}/${pointerToken(name)}`, item]);
    }
  }
  return { text: `path,value\n${lines.join('\n')}\n`, lines: lines.length, all };
}
