/** The connection screen: what it remembers, what it asks for, and where secrets go. */
import { fireEvent } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { BackendError } from '../src/ipc/backend';
import type { Answer, Args, CommandName } from '../src/ipc/backend';
import { MockBackend } from '../src/ipc/mock/backend';
import { kafka } from '../src/state/kafka.svelte';
import { screen } from '../src/state/screen.svelte';
import { all, freshWindows, one, press, start, text, until } from './steps';

freshWindows();
beforeEach(() => {
  kafka.form.clear();
  kafka.connection = null;
  kafka.topics = null;
  kafka.chosen = [];
  kafka.partitions = '';
  kafka.query = '';
  kafka.leaveProfile();
});

/** A cluster with two topics; with or without a keyring. */
class Cluster extends MockBackend {
  readonly heard: [string, unknown][] = [];
  keyring = true;
  wanted: string | null = null;
  before: Answer<'remembered_connections'> = [];

  override async call<K extends CommandName>(name: K, args: Args<K>): Promise<Answer<K>> {
    this.heard.push([name, JSON.parse(JSON.stringify(args))]);
    const topic = { partitions: 2, internal: false };
    const answers: Partial<Record<CommandName, () => unknown>> = {
      remembered_connections: () => this.before,
      kafka_connect: () => {
        if (this.wanted !== null && !JSON.stringify(args).includes(this.wanted))
          throw new BackendError({
            code: 'kafka-secret-wanted',
            message: 'no password',
            params: { property: this.wanted },
          });
        return { id: 1, servers: 'b:9093', properties: [], leftOut: [] };
      },
      kafka_topics: () => [
        { name: 'orders', ...topic },
        { name: 'orders-old', ...topic },
        { name: 'stock', ...topic },
      ],
      kafka_topic: () => ({
        name: 'orders',
        partitions: [
          { number: 0, low: '0', high: '7' },
          { number: 1, low: '2', high: '9' },
        ],
        atMost: '14',
        cleanup: 'delete',
        retentionMs: null,
        retentionBytes: null,
      }),
      kafka_sample: () => ({
        rows: [],
        decodedBy: [],
        keyDecodedBy: [],
        problems: [],
        first: null,
        last: null,
        notes: [],
      }),
      suggest_capture: () => '/tmp/orders.leftfold',
      keep_secrets: () => {
        if (!this.keyring) throw new BackendError({ code: 'kafka-keyring', message: 'it does not answer' });
        return null;
      },
      remember_connection: () => null,
      plan_profile: () => ({
        path: '/home/al/.config/leftfold/leftfold.toml',
        text: '[kafka.shop]\n',
        replaces: true,
        variables: ['SHOP_SASL_PASSWORD'],
        shadowedBy: null,
      }),
      save_profile: () => '/home/al/.config/leftfold/leftfold.toml',
      start_capture: () => {
        throw new BackendError({ code: 'capture-busy', message: 'busy' });
      },
    };
    const answer = answers[name];
    return answer === undefined ? super.call(name, args) : (answer() as Answer<K>);
  }

  said(name: CommandName): unknown {
    return this.heard.filter(([of]) => of === name).at(-1)?.[1];
  }
}

const write = (id: string, value: string): Promise<boolean> =>
  fireEvent.input(one(id), { target: { value } });
const choose = (id: string, value: string): Promise<boolean> =>
  fireEvent.change(one(id), { target: { value } });

async function login(cluster: Cluster): Promise<void> {
  await start(cluster);
  screen.connect();
  await until(() => expect(all('kafka-servers')).toHaveLength(1));
  await write('kafka-servers', 'b:9093,c:9093');
  await choose('kafka-protocol', 'SASL_SSL');
  await write('kafka-sasl.username', 'al');
  await write('kafka-sasl.password', 'hunter22');
}

describe('the connection screen', () => {
  it('enters what was used last, and takes another on request', async () => {
    const cluster = new Cluster({ events: 10 });
    const other = { profile: null, registry: '', file: '', text: '' };
    cluster.before = [
      {
        ...other,
        servers: 'b:9093',
        properties: [
          ['security.protocol', 'SASL_SSL'],
          ['sasl.mechanism', 'SCRAM-SHA-512'],
          ['sasl.username', 'al'],
          ['sasl.password', '${keyring:al@b:9093}'],
        ],
      },
      { ...other, servers: 'c:9092', properties: [['security.protocol', 'PLAINTEXT']] },
    ];
    await start(cluster);
    screen.connect();
    const value = (id: string): string => (one(id) as HTMLInputElement).value;
    await until(() => expect(value('kafka-servers')).toBe('b:9093'));
    expect(value('kafka-mechanism')).toBe('SCRAM-SHA-512');
    // A reference is no secret: it may be read.
    expect((one('kafka-sasl.password') as HTMLInputElement).type).toBe('text');
    expect(value('kafka-profile')).toBe('before:0');
    await choose('kafka-profile', 'before:1');
    expect(value('kafka-servers')).toBe('c:9092');
    expect(all('kafka-mechanism')).toHaveLength(0);
  });

  it('puts a password into the keyring once the connection works, under the name it shows', async () => {
    const cluster = new Cluster({ events: 10 });
    await login(cluster);
    await fireEvent.click(one('kafka-keep'));
    expect(text('kafka-keep-as')).toContain('al@b:9093');
    await fireEvent.click(one('kafka-connect'));
    await until(() => expect(cluster.said('remember_connection')).toEqual({ connection: 1 }));
    const { settings } = cluster.said('kafka_connect') as Args<'kafka_connect'>;
    expect(settings.keyring).toEqual([['sasl.password', 'al@b:9093']]);
    const field = one('kafka-sasl.password') as HTMLInputElement;
    expect(field.value).toBe('${keyring:al@b:9093}');
    // It is the same connection still: nothing is made anew.
    await fireEvent.click(one('kafka-connect'));
    await until(() => expect(kafka.busy).toBe(''));
    expect(cluster.heard.filter(([name]) => name === 'kafka_connect')).toHaveLength(1);
  });

  it('says so where no keyring answers, and works without', async () => {
    const cluster = new Cluster({ events: 10 });
    cluster.keyring = false;
    await login(cluster);
    await fireEvent.click(one('kafka-keep'));
    await fireEvent.click(one('kafka-connect'));
    await until(() => expect(text('kafka-keyring-error')).toContain('it does not answer'));
    expect(all('topic')).toHaveLength(3);
    expect((one('kafka-sasl.password') as HTMLInputElement).value).toBe('hunter22');
  });

  it('asks for a secret that a profile wants and nobody has', async () => {
    const cluster = new Cluster({ events: 10 });
    cluster.wanted = 'ssl.key.password';
    await start(cluster);
    screen.connect();
    await until(() => expect(all('kafka-servers')).toHaveLength(1));
    await fireEvent.click(one('kafka-connect'));
    await until(() => expect(document.activeElement).toBe(one('kafka-ssl.key.password')));
    await write('kafka-ssl.key.password', 'hunter22');
    await fireEvent.click(one('kafka-connect'));
    await until(() => expect(all('topic')).toHaveLength(3));
    expect(all('kafka-error')).toHaveLength(0);
  });

  it('shows what a profile would be before it writes one', async () => {
    const cluster = new Cluster({ events: 10 });
    await login(cluster);
    await press('s', { code: 'KeyS', ctrlKey: true });
    await until(() => expect(text('profile-text')).toBe('[kafka.shop]'));
    expect(text('profile-variables')).toContain('SHOP_SASL_PASSWORD');
    await write('profile-name', 'shop');
    await until(() => expect(cluster.said('plan_profile')).toEqual({ connection: 1, name: 'shop' }));
    expect(cluster.said('save_profile')).toBeUndefined();
    await fireEvent.click(one('profile-write'));
    await until(() => expect(cluster.said('save_profile')).toEqual({ connection: 1, name: 'shop' }));
    await until(() => expect(all('profile-write')).toHaveLength(0));
  });

  it('puts a profile away by Esc, and stays on its screen', async () => {
    const cluster = new Cluster({ events: 10 });
    await login(cluster);
    await press('s', { code: 'KeyS', ctrlKey: true });
    await until(() => expect(all('profile-name')).toHaveLength(1));
    await fireEvent.keyDown(one('profile-name'), { key: 'Escape' });
    await until(() => expect(all('profile-name')).toHaveLength(0));
    expect(all('kafka-screen')).toHaveLength(1);
    expect(cluster.said('save_profile')).toBeUndefined();
  });

  it('captures by pattern, single partitions, and between two ends', async () => {
    const cluster = new Cluster({ events: 10 });
    await login(cluster);
    await fireEvent.click(one('kafka-connect'));
    await until(() => expect(all('topic')).toHaveLength(3));
    await write('topic-search', '^orders');
    expect(all('topic')).toHaveLength(2);
    await fireEvent.click(one('topic-pattern'));
    await write('topic-search', '^(');
    expect((one('topic-pattern') as HTMLInputElement).disabled).toBe(true);
    await write('topic-search', '');
    await fireEvent.click(one('topic-orders'));
    await until(() => expect(all('partition-1')).toHaveLength(1));
    await fireEvent.click(one('partition-1'));
    expect((one('capture-partitions') as HTMLInputElement).value).toBe('1');
    await choose('read-value', 'json');
    await fireEvent.change(one('read-stream'), { target: { value: 'payload/id' } });
    await until(() =>
      expect(cluster.said('kafka_sample')).toMatchObject({
        topic: 'orders',
        reading: { decoders: ['orders:value=json'], mapping: ['stream=payload/id'] },
      }),
    );
    await choose('capture-from', 'time');
    await write('capture-time', '-2h');
    await write('capture-until', '200');
    expect((one('capture-follow') as HTMLInputElement).disabled).toBe(true);
    await until(() => expect((one('capture-start') as HTMLButtonElement).disabled).toBe(false));
    await press('Enter', { ctrlKey: true });
    await until(() =>
      expect(cluster.said('start_capture')).toEqual({
        connection: 1,
        topics: ['^orders'],
        partitions: [1],
        range: ['s@-2h', '..200'],
        follow: false,
        limit: null,
        path: '/tmp/orders.leftfold',
        reading: { decoders: ['orders:value=json'], mapping: ['stream=payload/id'] },
      }),
    );
    await until(() => expect(text('capture-error')).toContain('busy'));
  });
});
