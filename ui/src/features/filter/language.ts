/** The filter language for the editor: colours and the names one can write. */
import { StreamLanguage } from '@codemirror/language';

/** What a filter can ask of an event. */
export const FIELDS: readonly string[] = [
  'id',
  'stream',
  'category',
  'type',
  'time',
  'valid_time',
  'version',
  'position',
  'payload',
  'metadata',
  'correlation_id',
  'causation_id',
  'problem',
  'extra',
  'key',
  'topic',
  'partition',
  'offset',
  'headers',
];

export const FUNCTIONS: readonly string[] = [
  'find',
  'has',
  'size',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'exists',
  'exists_one',
  'all',
  'filter',
  'map',
  'timestamp',
  'duration',
  'int',
  'double',
  'string',
  'min',
  'max',
];

/** Those of them that stand after a dot. */
export const METHODS: readonly string[] = [
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'size',
  'exists',
  'exists_one',
  'all',
  'filter',
  'map',
];

export const celLanguage = StreamLanguage.define<null>({
  name: 'cel',
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^[rb]?"(?:[^"\\]|\\.)*"?/) || stream.match(/^[rb]?'(?:[^'\\]|\\.)*'?/)) return 'string';
    if (stream.match(/^\d[\w.]*/)) return 'number';
    if (stream.match(/^(?:true|false|null|in)\b/)) return 'keyword';
    const word = stream.match(/^[A-Za-z_]\w*/);
    if (word !== null && typeof word !== 'boolean') {
      const before = stream.string[stream.start - 1];
      if (before !== '.' && FIELDS.includes(word[0])) return 'variableName';
      return stream.peek() === '(' ? 'function' : 'propertyName';
    }
    if (stream.match(/^(?:==|!=|<=|>=|&&|\|\||[<>!+\-*/%?:])/)) return 'operator';
    stream.next();
    return null;
  },
  tokenTable: {},
});
