/** JSON without loss: numbers keep their text, objects keep the order of their members. */

export type Json =
  | { kind: 'object'; entries: [string, Json][] }
  | { kind: 'array'; items: Json[] }
  | { kind: 'string'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'literal'; text: 'true' | 'false' | 'null' };

export class JsonError extends Error {
  readonly at: number;

  constructor(at: number) {
    super(`not JSON at character ${at}`);
    this.at = at;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids just these characters
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

type Open = { node: Extract<Json, { kind: 'object' | 'array' }>; name: string };

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Iterative, so that depth is bounded by memory and not by the call stack. */
  document(): Json {
    const open: Open[] = [];
    for (;;) {
      let value = this.start(open);
      while (value !== null) {
        const top = open[open.length - 1];
        if (top === undefined) {
          this.space();
          if (this.at !== this.text.length) throw new JsonError(this.at);
          return value;
        }
        value = this.attach(top, value) ? this.close(open) : null;
      }
    }
  }

  /** A scalar or an empty container; `null` when a container with content was opened. */
  private start(open: Open[]): Json | null {
    this.space();
    const first = this.text[this.at];
    if (first === '{' || first === '[') {
      this.at++;
      const node: Open['node'] =
        first === '{' ? { kind: 'object', entries: [] } : { kind: 'array', items: [] };
      if (this.eat(first === '{' ? '}' : ']')) return node;
      open.push({ node, name: first === '{' ? this.name() : '' });
      return null;
    }
    if (first === '"') return { kind: 'string', value: this.string() };
    const literal = this.match(LITERAL);
    if (literal !== null) return { kind: 'literal', text: literal as 'true' | 'false' | 'null' };
    const number = this.match(NUMBER);
    if (number === null) throw new JsonError(this.at);
    return { kind: 'number', text: number };
  }

  /** Whether the container is complete now. */
  private attach(top: Open, value: Json): boolean {
    if (top.node.kind === 'object') top.node.entries.push([top.name, value]);
    else top.node.items.push(value);
    if (this.eat(',')) {
      if (top.node.kind === 'object') top.name = this.name();
      return false;
    }
    if (!this.eat(top.node.kind === 'object' ? '}' : ']')) throw new JsonError(this.at);
    return true;
  }

  private close(open: Open[]): Json | null {
    return open.pop()?.node ?? null;
  }

  private name(): string {
    this.space();
    const name = this.string();
    if (!this.eat(':')) throw new JsonError(this.at);
    return name;
  }

  private string(): string {
    const text = this.match(STRING);
    if (text === null) throw new JsonError(this.at);
    return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
  }

  private eat(character: string): boolean {
    this.space();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private space(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return null;
    this.at += found[0].length;
    return found[0];
  }
}

export function parseJson(text: string): Json {
  return new Reader(text).document();
}

/** The value, or `null` where the text is no JSON. */
export function tryParseJson(text: string | null): Json | null {
  if (text === null) return null;
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** Compact text; `spaced` adds the blanks a reader likes. Stops soon after `limit` characters. */
export function formatJson(value: Json, spaced = false, limit = Infinity): string {
  const comma = spaced ? ', ' : ',';
  const colon = spaced ? ': ' : ':';
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value.length > limit ? value.value.slice(0, limit) + '…' : value.value);
    case 'number':
    case 'literal':
      return value.text;
    case 'array': {
      let out = '[';
      for (const [i, item] of value.items.entries()) {
        if (out.length > limit) return out + '…';
        out += (i > 0 ? comma : '') + formatJson(item, spaced, limit - out.length);
      }
      return out + ']';
    }
    case 'object': {
      if (value.entries.length === 0) return '{}';
      let out = spaced ? '{ ' : '{';
      for (const [i, [name, item]] of value.entries.entries()) {
        if (out.length > limit) return out + '…';
        const shown = spaced && /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
        out += (i > 0 ? comma : '') + shown + colon + formatJson(item, spaced, limit - out.length);
      }
      return out + (spaced ? ' }' : '}');
    }
  }
}

/** Text with line breaks, for copying. */
export function indentJson(value: Json, indent = ''): string {
  const inner = indent + '  ';
  if (value.kind === 'array' && value.items.length > 0) {
    return `[\n${value.items.map((v) => inner + indentJson(v, inner)).join(',\n')}\n${indent}]`;
  }
  if (value.kind === 'object' && value.entries.length > 0) {
    const lines = value.entries.map(([k, v]) => `${inner}${JSON.stringify(k)}: ${indentJson(v, inner)}`);
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return formatJson(value);
}

/** A member's token in an RFC 6901 pointer. */
export function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The tokens of an RFC 6901 pointer. */
export function pointerTokens(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A pointer as a reader likes it: `items[0].sku`. */
export function readablePointer(pointer: string): string {
  let out = '';
  for (const token of pointerTokens(pointer)) {
    if (/^[0-9]+$/.test(token)) out += `[${token}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(token)) out += out === '' ? token : `.${token}`;
    else out += `[${JSON.stringify(token)}]`;
  }
  return out === '' ? '(root)' : out;
}
