/** How the records of topics are to be read: what is entered, and the lines it means on the command line, too. */
import type { KafkaReadingDto } from '../ipc/contract';

export type Form = '' | 'json' | 'text' | 'hex' | 'int' | 'long' | 'msgpack' | 'cbor' | 'avro' | 'protobuf';
/** `''`: as is found. */
export const FORMS: readonly Form[] = [
  '',
  'json',
  'text',
  'hex',
  'int',
  'long',
  'msgpack',
  'cbor',
  'avro',
  'protobuf',
];

export type Part = 'key' | 'value';
export const PARTS: readonly Part[] = ['key', 'value'];

export interface Choice {
  form: Form;
  /** A schema's file, for Avro and Protobuf without a registry; of Protobuf `FILE#MESSAGE`. */
  file: string;
}

export const FACTS = ['stream', 'type', 'version'] as const;
export type Fact = (typeof FACTS)[number];

export interface ReadingWish {
  /** By topic. */
  topics: Readonly<Record<string, Readonly<Partial<Record<Part, Choice>>>>>;
  /** Where facts are found, as in `payload/orderId`; empty: where records have them by themselves. */
  facts: Readonly<Record<Fact, string>>;
}

export const NOTHING: ReadingWish = { topics: {}, facts: { stream: '', type: '', version: '' } };

export const hasSchema = (form: Form): boolean => form === 'avro' || form === 'protobuf';

export const choiceOf = (wish: ReadingWish, topic: string, part: Part): Choice =>
  wish.topics[topic]?.[part] ?? { form: '', file: '' };

/** The wish with another choice. */
export function chosen(wish: ReadingWish, topic: string, part: Part, choice: Choice): ReadingWish {
  return { ...wish, topics: { ...wish.topics, [topic]: { ...wish.topics[topic], [part]: choice } } };
}

/** What is said of these topics, in the words of the command line. */
export function readingOf(wish: ReadingWish, topics: readonly string[]): KafkaReadingDto {
  const decoders = topics.flatMap((topic) =>
    PARTS.flatMap((part) => {
      const { form, file } = choiceOf(wish, topic, part);
      if (form === '') return [];
      const schema = hasSchema(form) && file.trim() !== '' ? `:${file.trim()}` : '';
      return [`${topic}:${part}=${form}${schema}`];
    }),
  );
  const mapping = FACTS.flatMap((fact) => {
    const place = wish.facts[fact].trim();
    return place === '' ? [] : [`${fact}=${place}`];
  });
  return { decoders, mapping };
}

/** Whether a topic is among those that are asked for, by name or by pattern. */
function isAsked(topic: string, asked: readonly string[]): boolean {
  return asked.some((name) => {
    if (name === topic) return true;
    if (!name.startsWith('^')) return false;
    try {
      return new RegExp(name).test(topic);
    } catch {
      return false;
    }
  });
}

/** What is said of the topics that are asked for, by name or by pattern. */
export const readingOfAsked = (wish: ReadingWish, asked: readonly string[]): KafkaReadingDto =>
  readingOf(
    wish,
    Object.keys(wish.topics).filter((topic) => isAsked(topic, asked)),
  );

/** Whether anything is said of a topic. */
export function saysAnything(wish: ReadingWish, topic: string): boolean {
  const { decoders, mapping } = readingOf(wish, [topic]);
  return decoders.length + mapping.length > 0;
}

/** The form alone of `FORM: REASON`. */
export const formOf = (decodedBy: string): string => decodedBy.split(':', 1)[0] ?? '';
