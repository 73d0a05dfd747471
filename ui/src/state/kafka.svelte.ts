/** The connection screen: how to connect, what the cluster has, and what to capture of it. Secrets stay in memory. */
import type {
  KafkaConnectionDto,
  KafkaProfileDto,
  KafkaSampleDto,
  KafkaSettingsDto,
  KafkaStepDto,
  KafkaTopicDto,
  KafkaTopicFactsDto,
} from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { boundsOf, isSound } from '../model/range';
import type { RangeWish } from '../model/range';
import { Latest } from '../model/latest';
import { call } from './backend';
import { captures } from './captures.svelte';

export const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
export const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'GSSAPI'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** Records a sample shows. */
const SAMPLE = 20;

class Kafka {
  profiles = $state.raw<KafkaProfileDto[]>([]);
  /** The name of a profile; empty: none. */
  profile = $state('');
  servers = $state('');
  /** Empty: as the profile or the properties say. */
  protocol = $state<Protocol | ''>('PLAINTEXT');
  mechanism = $state<Mechanism>('PLAIN');
  registry = $state('');
  file = $state('');
  text = $state('');
  /** Properties that have a field of their own, by name. */
  fields = $state<Record<string, string>>({});

  connection = $state.raw<KafkaConnectionDto | null>(null);
  busy = $state<'' | 'topics' | 'check'>('');
  error = $state.raw<BackendError | null>(null);
  steps = $state.raw<KafkaStepDto[] | null>(null);
  topics = $state.raw<KafkaTopicDto[] | null>(null);
  query = $state('');
  internal = $state(false);
  /** The topics to capture, in the order they were chosen. */
  chosen = $state.raw<readonly string[]>([]);
  /** The topic that is looked at. */
  at = $state<string | null>(null);
  facts = $state.raw<ReadonlyMap<string, KafkaTopicFactsDto>>(new Map());
  factsError = $state.raw<BackendError | null>(null);
  sample = $state.raw<{ topic: string; found: KafkaSampleDto } | null>(null);
  sampleError = $state.raw<BackendError | null>(null);

  range = $state<RangeWish>({ from: 'beginning', number: '', time: '', until: '' });
  follow = $state(true);
  limit = $state('');
  path = $state('');
  /** Whether the path is the user's: a suggestion follows the chosen topics. */
  private ownPath = false;
  starting = $state(false);
  startError = $state.raw<BackendError | null>(null);
  private age = 0;
  /** What the connection was made of. */
  private made = '';

  readonly listed = $derived.by(() => {
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.topics ?? []).filter(
      (topic) =>
        (this.internal || !topic.internal) && words.every((word) => topic.name.toLowerCase().includes(word)),
    );
  });
  readonly wellRanged = $derived(isSound(this.range) && /^\d*$/.test(this.limit.trim()));
  readonly canCapture = $derived(
    this.connection !== null && this.chosen.length > 0 && this.path.trim() !== '' && this.wellRanged,
  );

  private readonly factsWish = new Latest<{ connection: number; topic: string }, KafkaTopicFactsDto>(
    (of) => call('kafka_topic', of),
    (facts) => {
      this.facts = new Map(this.facts).set(facts.name, facts);
      this.factsError = null;
    },
    (error) => (this.factsError = heard(error)),
  );
  private readonly sampleWish = new Latest<{ connection: number; topic: string }, KafkaSampleDto>(
    (of) => call('kafka_sample', { ...of, limit: SAMPLE }),
    (found, { topic }) => {
      this.sample = { topic, found };
      this.sampleError = null;
    },
    (error) => (this.sampleError = heard(error)),
  );

  /** The screen is shown. */
  async enter(): Promise<void> {
    try {
      this.profiles = await call('kafka_profiles', {});
    } catch {
      this.profiles = [];
    }
  }

  choose(profile: string): void {
    this.profile = profile;
    if (profile !== '') this.protocol = '';
    else if (this.protocol === '') this.protocol = 'PLAINTEXT';
  }

  private settings(): KafkaSettingsDto {
    const properties: [string, string][] = [];
    if (this.protocol !== '') properties.push(['security.protocol', this.protocol]);
    for (const name of fieldsOf(this.protocol, this.mechanism)) {
      const value = this.fields[name] ?? '';
      if (value !== '') properties.push([name, value]);
    }
    if (this.protocol.startsWith('SASL')) {
      properties.push(['sasl.mechanism', this.mechanism]);
      if (this.mechanism === 'OAUTHBEARER' && (this.fields['sasl.oauthbearer.client.id'] ?? '') !== '')
        properties.push(['sasl.oauthbearer.method', 'oidc']);
    }
    const { servers, registry, file, text } = this;
    return { profile: this.profile === '' ? null : this.profile, servers, registry, file, text, properties };
  }

  /** The connection to what is entered now. */
  private async connected(): Promise<KafkaConnectionDto> {
    const settings = this.settings();
    const made = JSON.stringify(settings);
    const old = this.connection;
    if (old !== null && made === this.made) return old;
    if (old !== null) void call('kafka_disconnect', { connection: old.id }).catch(() => undefined);
    this.connection = null;
    this.topics = null;
    this.chosen = [];
    this.look(null);
    const connection = await call('kafka_connect', { settings });
    this.connection = connection;
    this.made = made;
    return connection;
  }

  async connect(): Promise<void> {
    const age = this.begin('topics');
    this.steps = null;
    try {
      const { id } = await this.connected();
      const topics = await call('kafka_topics', { connection: id });
      if (age !== this.age) return;
      this.topics = topics;
      this.facts = new Map();
    } catch (error) {
      if (age === this.age) this.error = heard(error);
    }
    if (age === this.age) this.busy = '';
  }

  async check(): Promise<void> {
    const age = this.begin('check');
    this.steps = null;
    try {
      const { id } = await this.connected();
      const steps = await call('kafka_check', { connection: id });
      if (age === this.age) this.steps = steps;
    } catch (error) {
      if (age === this.age) this.error = heard(error);
    }
    if (age === this.age) this.busy = '';
  }

  private begin(what: 'topics' | 'check'): number {
    this.busy = what;
    this.error = null;
    return ++this.age;
  }

  /** Ends what is being asked. */
  cancel(): void {
    this.age++;
    this.busy = '';
    const { connection } = this;
    if (connection !== null) void call('kafka_cancel', { connection: connection.id }).catch(() => undefined);
  }

  look(topic: string | null): void {
    this.at = topic;
    this.factsError = null;
    this.sampleError = null;
    this.factsWish.reset();
    this.sampleWish.reset();
    const { connection } = this;
    if (topic === null || connection === null) return;
    this.factsWish.request({ connection: connection.id, topic });
    if (this.sample?.topic !== topic) this.sampleWish.request({ connection: connection.id, topic });
  }

  toggle(topic: string): void {
    const there = this.chosen.includes(topic);
    this.chosen = there ? this.chosen.filter((t) => t !== topic) : [...this.chosen, topic];
    this.startError = null;
    if (!there) this.look(topic);
    void this.suggest();
  }

  private async suggest(): Promise<void> {
    if (this.ownPath || this.chosen.length === 0) return;
    const topics = [...this.chosen];
    const path = await call('suggest_capture', { topics });
    if (!this.ownPath && topics.join() === this.chosen.join()) this.path = path;
  }

  writePath(path: string): void {
    this.path = path;
    this.ownPath = path.trim() !== '';
  }

  async pickPath(): Promise<void> {
    const path = await call('pick_capture', { suggested: this.path });
    if (path !== null) this.writePath(path);
  }

  async pickFile(): Promise<void> {
    const path = await call('pick_properties', {});
    if (path !== null) this.file = path;
  }

  async capture(): Promise<void> {
    const { connection } = this;
    if (connection === null || !this.canCapture || this.starting) return;
    this.starting = true;
    this.startError = null;
    try {
      const limit = this.limit.trim();
      const capture = await call('start_capture', {
        connection: connection.id,
        topics: [...this.chosen],
        range: boundsOf(this.range),
        follow: this.follow,
        limit: limit === '' ? null : limit,
        path: this.path.trim(),
      });
      const ended = await captures.begun(capture);
      if (ended?.error != null) {
        this.startError = toBackendError(ended.error);
        captures.dismiss(ended.id);
      } else {
        this.ownPath = false;
        void this.suggest();
      }
    } catch (error) {
      this.startError = toBackendError(error);
    }
    this.starting = false;
  }
}

/** An error worth telling: what was ended on purpose is none. */
function heard(error: unknown): BackendError | null {
  const told = toBackendError(error);
  return told.code === 'cancelled' ? null : told;
}

/** The properties that have a field, for a protocol and a mechanism. */
export function fieldsOf(protocol: Protocol | '', mechanism: Mechanism): string[] {
  const names: string[] = [];
  if (protocol.includes('SSL'))
    names.push('ssl.ca.location', 'ssl.certificate.location', 'ssl.key.location', 'ssl.key.password');
  if (!protocol.startsWith('SASL')) return names;
  if (mechanism === 'GSSAPI')
    names.push('sasl.kerberos.service.name', 'sasl.kerberos.principal', 'sasl.kerberos.keytab');
  else if (mechanism === 'OAUTHBEARER')
    names.push(
      'sasl.oauthbearer.token.endpoint.url',
      'sasl.oauthbearer.client.id',
      'sasl.oauthbearer.client.secret',
      'sasl.oauthbearer.scope',
    );
  else names.push('sasl.username', 'sasl.password');
  return names;
}

export const isSecret = (property: string): boolean => /password|secret/.test(property);

export const kafka = new Kafka();
