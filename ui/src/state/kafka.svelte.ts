/** The connection screen: how to connect, what the cluster has, and what to capture of it. Secrets stay in memory. */
import type {
  KafkaConnectionDto,
  KafkaProfileDto,
  KafkaProfilePlanDto,
  KafkaReadingDto,
  KafkaRememberedDto,
  KafkaSampleDto,
  KafkaSettingsDto,
  KafkaStepDto,
  KafkaTopicDto,
  KafkaTopicFactsDto,
} from '../ipc/contract';
import { toBackendError } from '../ipc/backend';
import type { BackendError } from '../ipc/backend';
import { boundsOf, isSound, partitionsOf } from '../model/range';
import type { RangeWish } from '../model/range';
import { NOTHING, readingOf, readingOfAsked } from '../model/reading';
import type { ReadingWish } from '../model/reading';
import { Latest } from '../model/latest';
import { t } from '../i18n/index.svelte';
import { call } from './backend';
import { captures } from './captures.svelte';
import { KafkaForm } from './kafkaForm.svelte';
import { screen } from './screen.svelte';

/** Records a sample shows. */
const SAMPLE = 20;

class Kafka {
  profiles = $state.raw<KafkaProfileDto[]>([]);
  /** Connections made before, latest first. */
  before = $state.raw<KafkaRememberedDto[]>([]);
  readonly form = new KafkaForm();
  /** The profile that may be saved: its name, and what would be written. */
  saving = $state<{ name: string } | null>(null);
  plan = $state.raw<KafkaProfilePlanDto | null>(null);
  planError = $state.raw<BackendError | null>(null);
  /** Why a secret is not in the keyring though it was to be. */
  keyringError = $state.raw<BackendError | null>(null);

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

  /** How records are to be read, of every topic. */
  reading = $state.raw<ReadingWish>(NOTHING);

  range = $state<RangeWish>({ from: 'beginning', number: '', time: '', until: '' });
  follow = $state(true);
  limit = $state('');
  /** Numbers with commas between; empty: all. */
  partitions = $state('');
  path = $state('');
  /** Whether the path is the user's: a suggestion follows the chosen topics. */
  private ownPath = false;
  starting = $state(false);
  startError = $state.raw<BackendError | null>(null);
  private age = 0;
  /** What the connection was made of. */
  private made = '';

  /** The pattern in the search field, if it is one (`^…`); `null` in it: it cannot be read. */
  readonly pattern = $derived.by((): { text: string; fits: RegExp | null } | null => {
    const text = this.query.trim();
    if (!text.startsWith('^') || text === '^') return null;
    try {
      return { text, fits: new RegExp(text) };
    } catch {
      return { text, fits: null };
    }
  });
  readonly listed = $derived.by(() => {
    const { pattern } = this;
    const shown = (this.topics ?? []).filter((topic) => this.internal || !topic.internal);
    if (pattern !== null) return shown.filter((topic) => pattern.fits?.test(topic.name) ?? false);
    const words = this.query.toLowerCase().split(/\s+/).filter(Boolean);
    return shown.filter((topic) => words.every((word) => topic.name.toLowerCase().includes(word)));
  });
  /** The partitions to capture; `null`: that is no list of numbers. */
  readonly numbers = $derived(partitionsOf(this.partitions));
  /** An end puts an end to following. */
  readonly follows = $derived(this.follow && this.range.until.trim() === '');
  readonly wellRanged = $derived(
    isSound(this.range) && /^\d*$/.test(this.limit.trim()) && this.numbers !== null,
  );
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
  private readonly sampleWish = new Latest<
    { connection: number; topic: string; reading: KafkaReadingDto },
    KafkaSampleDto
  >(
    (of) => call('kafka_sample', { ...of, limit: SAMPLE }),
    (found, { topic }) => {
      this.sample = { topic, found };
      this.sampleError = null;
    },
    (error) => (this.sampleError = heard(error)),
  );

  /** The screen is shown: what was used last is entered, unless something else is. */
  async enter(): Promise<void> {
    const [profiles, before] = await Promise.allSettled([
      call('kafka_profiles', {}),
      call('remembered_connections', {}),
    ]);
    this.profiles = profiles.status === 'fulfilled' ? profiles.value : [];
    this.before = before.status === 'fulfilled' ? before.value : [];
    const latest = this.before[0];
    if (latest !== undefined && this.form.untouched && this.connection === null) this.form.enter(latest);
  }

  /** Forgets a connection made before. */
  async forget(at: number): Promise<void> {
    try {
      this.before = await call('forget_connection', { at });
      this.form.clear();
    } catch (error) {
      this.error = heard(error);
    }
  }

  private settings(): KafkaSettingsDto {
    return this.form.settings(this.profiles);
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
      void this.keep(id);
    } catch (error) {
      if (age === this.age) this.fail(error);
    }
    if (age === this.age) this.busy = '';
  }

  /** What worked is kept: its secrets in the keyring where that is wanted, the rest among the connections made before. */
  private async keep(connection: number): Promise<void> {
    this.keyringError = null;
    const { keyring } = this.settings();
    try {
      if (keyring.length > 0) {
        await call('keep_secrets', { connection });
        this.inKeyring(keyring);
      }
    } catch (error) {
      this.keyringError = heard(error);
    }
    try {
      await call('remember_connection', { connection });
      this.before = await call('remembered_connections', {});
    } catch {
      // Not being able to remember is no reason to disturb.
    }
  }

  private inKeyring(names: [string, string][]): void {
    this.form.kept(names);
    // It is the same connection still.
    this.made = JSON.stringify(this.settings());
  }

  /** What a connection failed at. A secret that is wanted gets a field. */
  private fail(error: unknown): void {
    const told = heard(error);
    const property = told?.params?.['property'];
    if (told?.code === 'kafka-secret-wanted' && property !== undefined) {
      this.form.asked = property;
      this.form.values[property] = '';
    }
    this.error = told;
  }

  /** Shows what saving the connection as a profile would write. */
  async planProfile(name: string): Promise<void> {
    this.saving = { name };
    try {
      const { id } = await this.connected();
      const plan = await call('plan_profile', { connection: id, name });
      if (this.saving?.name !== name) return;
      this.plan = plan;
      this.planError = null;
    } catch (error) {
      if (this.saving?.name !== name) return;
      this.plan = null;
      this.planError = heard(error);
      if (this.planError?.code === 'kafka-secret-wanted') this.fail(error);
    }
  }

  async saveProfile(): Promise<void> {
    const { saving, connection } = this;
    if (saving === null || connection === null || this.plan === null) return;
    const { keyring } = this.settings();
    try {
      const path = await call('save_profile', { connection: connection.id, name: saving.name });
      this.inKeyring(keyring);
      this.leaveProfile();
      this.profiles = await call('kafka_profiles', {});
      screen.say(t('kafka.saved', { name: saving.name, path }));
    } catch (error) {
      this.planError = heard(error);
    }
  }

  leaveProfile(): void {
    this.saving = null;
    this.plan = null;
    this.planError = null;
  }

  async check(): Promise<void> {
    const age = this.begin('check');
    this.steps = null;
    try {
      const { id } = await this.connected();
      const steps = await call('kafka_check', { connection: id });
      if (age === this.age) this.steps = steps;
    } catch (error) {
      if (age === this.age) this.fail(error);
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
    if (this.sample?.topic !== topic) this.askSample(connection.id, topic);
  }

  private askSample(connection: number, topic: string): void {
    this.sampleWish.request({ connection, topic, reading: readingOf(this.reading, [topic]) });
  }

  /** Reads records in another way from now on; the sample shows how. */
  readAs(reading: ReadingWish): void {
    this.reading = reading;
    this.sampleError = null;
    const { connection, at } = this;
    if (connection !== null && at !== null) this.askSample(connection.id, at);
  }

  toggle(topic: string): void {
    const there = this.chosen.includes(topic);
    this.chosen = there ? this.chosen.filter((t) => t !== topic) : [...this.chosen, topic];
    this.startError = null;
    if (!there && !topic.startsWith('^')) this.look(topic);
    void this.suggest();
  }

  /** Captures one partition more or less. */
  togglePartition(number: number): void {
    const numbers = this.numbers ?? [];
    const there = numbers.includes(number);
    const others = there ? numbers.filter((n) => n !== number) : [...numbers, number].sort((a, b) => a - b);
    this.partitions = others.join(', ');
  }

  private async suggest(): Promise<void> {
    if (this.ownPath || this.chosen.length === 0) return;
    const topics = [...this.chosen];
    const { path: before } = this;
    const path = await call('suggest_capture', { topics });
    // Who writes one meanwhile is not interrupted.
    if (!this.ownPath && before === this.path && topics.join() === this.chosen.join()) this.path = path;
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
    if (path !== null) this.form.file = path;
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
        partitions: this.numbers ?? [],
        range: boundsOf(this.range),
        follow: this.follows,
        limit: limit === '' ? null : limit,
        path: this.path.trim(),
        reading: readingOfAsked(this.reading, this.chosen),
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

export const kafka = new Kafka();
