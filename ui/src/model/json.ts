/** JSON without loss: numbers keep their text, objects keep the order of their members. */
import { visibleJson } from './visible';

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
/** Texts are read up to their end and not by one expression for the whole: engines give those up in a text of megabytes. */
// eslint-disable-next-line no-control-regex -- JSON forbids just these characters
const FORBIDDEN = /[\u0000-\u001f]/;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

type Open = { node: Extract<Json, { kind: 'object' | 'array' }>; name: string };

class Reader {
  private at = 0;
  private slash = -1;
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

  /** The members of an object and where their values stand in the text, which are read later; `null`: it is no object. */
  members(): [string, number, number][] | null {
    if (!this.eat('{')) return null;
    const out: [string, number, number][] = [];
    if (!this.eat('}')) {
      do {
        const name = this.name();
        this.space();
        const from = this.at;
        this.skip();
        out.push([name, from, this.at]);
      } while (this.eat(','));
      if (!this.eat('}')) throw new JsonError(this.at);
    }
    this.space();
    if (this.at !== this.text.length) throw new JsonError(this.at);
    return out;
  }

  /** Passes over a value without reading it: only its brackets are counted. */
  private skip(): void {
    let depth = 0;
    do {
      this.space();
      const first = this.text.charCodeAt(this.at);
      if (first === 0x22) this.pass();
      else if (first === 0x7b || first === 0x5b) {
        depth++;
        this.at++;
      } else if (first === 0x7d || first === 0x5d) {
        depth--;
        this.at++;
      } else if (depth > 0 && (first === 0x2c || first === 0x3a)) this.at++;
      else if (this.match(LITERAL) === null && this.match(NUMBER) === null) throw new JsonError(this.at);
    } while (depth > 0);
  }

  /** Passes over a text. */
  private pass(): void {
    const start = this.at;
    let at = start + 1;
    for (;;) {
      const end = this.text.indexOf('"', at);
      if (end < 0) throw new JsonError(start);
      const slash = this.slashFrom(at);
      if (slash > end) {
        this.at = end + 1;
        return;
      }
      at = slash + 2;
    }
  }

  private name(): string {
    this.space();
    const name = this.string();
    if (!this.eat(':')) throw new JsonError(this.at);
    return name;
  }

  private string(): string {
    const { text } = this;
    const start = this.at;
    if (text[start] !== '"') throw new JsonError(start);
    let at = start + 1;
    let escaped = false;
    for (;;) {
      const end = text.indexOf('"', at);
      if (end < 0) throw new JsonError(start);
      const slash = this.slashFrom(at);
      if (slash > end) {
        at = end + 1;
        break;
      }
      escaped = true;
      ESCAPE.lastIndex = slash;
      const escape = ESCAPE.exec(text);
      if (escape === null) throw new JsonError(start);
      at = slash + escape[0].length;
    }
    const whole = text.slice(start, at);
    if (FORBIDDEN.test(whole)) throw new JsonError(start);
    this.at = at;
    return escaped ? (JSON.parse(whole) as string) : whole.slice(1, -1);
  }

  /** The next backslash: looked for once, and not by every text up to the end of all. */
  private slashFrom(at: number): number {
    if (this.slash < at) {
      const found = this.text.indexOf('\\', at);
      this.slash = found < 0 ? Infinity : found;
    }
    return this.slash;
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

/** Shorter texts are read anew: that costs less than telling what is still the same. */
const WORTH_IT = 64 << 10;

/**
 * Reads one state after another: members of the root whose text has not changed are the same values as before, and cost no more than a look
 * at their text.
 */
export class Rereader {
  private text = '';
  private whole: Json | null = null;
  private members = new Map<string, { from: number; to: number; value: Json }>();

  /** The value, or `null` where the text is no JSON. */
  read(text: string | null): Json | null {
    if (text === null || text.length < WORTH_IT) return tryParseJson(text);
    if (this.whole !== null && text === this.text) return this.whole;
    try {
      const found = new Reader(text).members();
      if (found === null) return parseJson(text);
      const members: typeof this.members = new Map();
      const entries = found.map(([name, from, to]): [string, Json] => {
        const part = text.slice(from, to);
        const before = this.members.get(name);
        const same = before !== undefined && this.text.slice(before.from, before.to) === part;
        const value = same ? before.value : parseJson(part);
        members.set(name, { from, to, value });
        return [name, value];
      });
      this.text = text;
      this.members = members;
      this.whole = { kind: 'object', entries };
      return this.whole;
    } catch {
      return null;
    }
  }
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

/** A text as JSON; where it is to be read, no character of it acts. */
const quoted = (text: string, read: boolean): string =>
  read ? visibleJson(JSON.stringify(text)) : JSON.stringify(text);

/** Compact text; `spaced` adds the blanks a reader likes, and writes out what would act where it is shown. Stops soon after `limit` characters. */
export function formatJson(value: Json, spaced = false, limit = Infinity): string {
  const comma = spaced ? ', ' : ',';
  const colon = spaced ? ': ' : ':';
  switch (value.kind) {
    case 'string':
      return quoted(value.value.length > limit ? value.value.slice(0, limit) + '…' : value.value, spaced);
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
        const shown = spaced && /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name, spaced);
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
    else out += `[${visibleJson(JSON.stringify(token))}]`;
  }
  return out === '' ? '(root)' : out;
}
