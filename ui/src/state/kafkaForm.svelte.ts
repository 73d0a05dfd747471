/** What is entered to connect. Secrets stay in memory. */
import type { KafkaProfileDto, KafkaRememberedDto, KafkaSettingsDto } from '../ipc/contract';

export const PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
export const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'GSSAPI'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

export const isSecret = (property: string): boolean => /password|secret$/.test(property);

/** Whether a value says where a secret is, in place of the secret. */
export const isReference = (value: string): boolean => /^\$\{[^{}$]+\}$/.test(value.trim());

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

export class KafkaForm {
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
  values = $state<Record<string, string>>({});
  /** A secret that a connection turned out to want, and that no field above is for. */
  asked = $state<string | null>(null);
  /** Whether secrets are to be kept in the system's keyring. */
  keep = $state(false);

  readonly fields = $derived.by(() => {
    const names = fieldsOf(this.protocol, this.mechanism);
    return this.asked === null || names.includes(this.asked) ? names : [...names, this.asked];
  });
  readonly hasSecrets = $derived(this.fields.some(isSecret));

  /** Whether nothing was entered yet. */
  get untouched(): boolean {
    return this.profile === '' && this.servers === '' && this.file === '' && this.text === '';
  }

  /** Of the secrets that are entered, by which name each is kept. */
  keyringNames(profiles: readonly KafkaProfileDto[]): [string, string][] {
    const profile = profiles.find((p) => p.name === this.profile);
    const said = (name: string): string =>
      (this.values[name] ?? '') || (profile?.properties.find(([of]) => of === name)?.[1] ?? '');
    const where = (this.servers || profile?.servers || this.profile).split(',')[0]?.trim() ?? '';
    const who = (property: string): string => {
      if (property === 'sasl.password') return said('sasl.username');
      return property.endsWith('client.secret') ? said('sasl.oauthbearer.client.id') : '';
    };
    const entered = this.fields.filter((name) => {
      const value = this.values[name] ?? '';
      return isSecret(name) && value !== '' && !isReference(value);
    });
    return entered.map((name) => [
      name,
      `${who(name) || (name.split('.').at(-2) ?? name)}@${where}`.replace(/[{}$]/g, ''),
    ]);
  }

  settings(profiles: readonly KafkaProfileDto[]): KafkaSettingsDto {
    const properties: [string, string][] = [];
    if (this.protocol !== '') properties.push(['security.protocol', this.protocol]);
    for (const name of this.fields) {
      const value = this.values[name] ?? '';
      if (value !== '') properties.push([name, isSecret(name) ? value : value.trim()]);
    }
    if (this.protocol.startsWith('SASL')) {
      properties.push(['sasl.mechanism', this.mechanism]);
      if (this.mechanism === 'OAUTHBEARER' && (this.values['sasl.oauthbearer.client.id'] ?? '') !== '')
        properties.push(['sasl.oauthbearer.method', 'oidc']);
    }
    const { servers, registry, file, text } = this;
    return {
      profile: this.profile === '' ? null : this.profile,
      servers,
      registry,
      file,
      text,
      properties,
      keyring: this.keep ? this.keyringNames(profiles) : [],
    };
  }

  /** Begins anew. */
  clear(): void {
    this.profile = this.servers = this.registry = this.file = this.text = '';
    this.protocol = 'PLAINTEXT';
    this.mechanism = 'PLAIN';
    this.values = {};
    this.asked = null;
    this.keep = false;
  }

  choose(profile: string): void {
    this.clear();
    this.profile = profile;
    if (profile !== '') this.protocol = '';
  }

  /** Enters a connection made before. */
  enter(before: KafkaRememberedDto): void {
    this.clear();
    this.profile = before.profile ?? '';
    this.servers = before.servers;
    this.registry = before.registry;
    this.file = before.file;
    this.text = before.text;
    const said = Object.fromEntries(before.properties);
    this.protocol = PROTOCOLS.find((p) => p === said['security.protocol']) ?? '';
    this.mechanism = MECHANISMS.find((m) => m === said['sasl.mechanism']) ?? 'PLAIN';
    this.values = said;
    // One that was asked for has a field again.
    const fields = fieldsOf(this.protocol, this.mechanism);
    this.asked = before.properties.find(([name]) => isSecret(name) && !fields.includes(name))?.[0] ?? null;
  }

  /** The secrets now lie in the keyring: references take their place. */
  kept(names: readonly [string, string][]): void {
    for (const [property, name] of names) this.values[property] = `\${keyring:${name}}`;
  }
}

/** What a connection made before is called in the list. */
export function nameOf({ profile, servers, file, properties }: KafkaRememberedDto): string {
  const said = Object.fromEntries(properties);
  const who = said['sasl.username'] ?? said['sasl.kerberos.principal'] ?? said['sasl.oauthbearer.client.id'];
  const where = [profile ?? '', servers || file].filter(Boolean).join(' · ');
  const protocol = said['security.protocol'] ?? '';
  const how = protocol === 'PLAINTEXT' ? '' : protocol;
  return [who === undefined ? where : `${who}@${where}`, how].filter(Boolean).join(' · ');
}
