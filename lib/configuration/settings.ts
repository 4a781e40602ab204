// The settings there are, and where each is found: in the environment before the file.
//
// A setting `metrics.port` is `port` in the table `[metrics]` of the file, and VSR_METRICS_PORT in the
// environment; `health.enabled` is VSR_METRICS_HEALTH_ENABLED. With another prefix the table is a part of
// every name: KOTOBA_METRICS_PORT, KOTOBA_HEALTH_ENABLED.

import { show } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { type ConfigurationFile, unfit } from './file.js';
import { flag, type Kind, labels, seconds, secret, text, texts, whole } from './values.js';

const day = 86_400;

export const settings = {
  'metrics.enabled': flag,
  'metrics.address': text,
  'metrics.port': whole(0, 65_535),
  'metrics.base_path': text,
  'metrics.path': text,
  'metrics.allowed_hosts': texts,
  'metrics.token': secret,
  'metrics.token_file': text,
  'metrics.tls_key_file': text,
  'metrics.tls_cert_file': text,
  'metrics.tls_client_ca_file': text,
  'metrics.dashboard': flag,
  'metrics.open_probes': flag,
  'metrics.stuck_after_secs': seconds(0.001, day),
  'metrics.collection_interval_secs': seconds(0.01, day),
  'metrics.global_labels': labels,
  'health.enabled': flag,
  'health.interval_secs': seconds(0.001, day),
  'health.timeout_secs': seconds(0.001, day),
  'health.word': text,
  'telemetry.otlp_endpoint': text,
  'telemetry.export_interval_secs': seconds(0.001, day),
  'telemetry.service_name': text,
  'telemetry.service_version': text,
  'telemetry.tracing_enabled': flag,
  'telemetry.tracing_endpoint': text,
} as const satisfies Readonly<Record<string, Kind<unknown>>>;

export type SettingName = keyof typeof settings;
type ValueOf<Name extends SettingName> = (typeof settings)[Name] extends Kind<infer T> ? T : never;

export const settingNames = Object.keys(settings) as SettingName[];
/** Those that a server obeys, whatever else a program has. */
export const serverSettings: readonly SettingName[] = [
  'metrics.address',
  'metrics.port',
  'metrics.base_path',
  'metrics.path',
  'metrics.allowed_hosts',
  'metrics.token',
  'metrics.token_file',
  'metrics.tls_key_file',
  'metrics.tls_cert_file',
  'metrics.tls_client_ca_file',
  'metrics.dashboard',
  'metrics.open_probes',
  'metrics.stuck_after_secs',
  'health.word',
];

/** A list of tables, and so no setting. */
export const sourcesTable = 'sources';

/** What Kubernetes puts into every container for a service of such a name. */
const ofKubernetes = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)$/;
/** And as NAME_PORT, where it would be taken for a port. */
const addressOfKubernetes = /^(tcp|udp|sctp):\/\//;

/** Variables of this library that are no settings of a program. */
const ofLibrary = ['VSR_METRICS_ADDON', 'VSR_METRICS_CLOCK'];

const sections = Array.from(new Set(settingNames.map((name) => name.split('.', 1)[0]!)));

export type Environment = Readonly<Record<string, string | undefined>>;

/** What was found, and where: a variable, or a line of the file. */
export interface Found<T> {
  readonly value: T;
  readonly place: string;
  readonly isFromFile: boolean;
}

export class Settings {
  readonly #environment: Environment;
  readonly #prefix: string;
  readonly file: ConfigurationFile | undefined;

  constructor(environment: Environment, file: ConfigurationFile | undefined, prefix: string) {
    this.#environment = environment;
    this.#prefix = prefix;
    this.file = file;
  }

  /** @throws ServerError that names the place, what was given and what is allowed */
  find<Name extends SettingName>(name: Name): Found<ValueOf<Name>> | undefined {
    const kind = settings[name] as unknown as Kind<ValueOf<Name>>;
    const variableName = this.#variableOf(name);
    const variable = this.variable(variableName);
    if (variable !== undefined) {
      const value = kind.fromText(variable);
      if (value === undefined) throw misfit(variableName, kind, variable);
      return { value, place: variableName, isFromFile: false };
    }
    const given = this.file?.value(name);
    if (given === undefined) return undefined;
    const value = kind.fromToml(given);
    const place = this.file!.place(name);
    if (value === undefined) throw misfit(`${place}: ${name}`, kind, given);
    return { value, place, isFromFile: true };
  }

  get<Name extends SettingName>(name: Name): ValueOf<Name> | undefined {
    return this.find(name)?.value;
  }

  /** A variable; one that is empty is not there. */
  variable(name: string): string | undefined {
    const text = this.#environment[name]?.trim() || undefined;
    return text !== undefined && addressOfKubernetes.test(text) ? undefined : text;
  }

  /** What looks like a setting and is none, for people; and what is one and has no effect. */
  unknown(obeyed: readonly SettingName[]): readonly string[] {
    const variables = settingNames.map((name) => this.#variableOf(name));
    const inEnvironment = Object.keys(this.#environment)
      .filter((name) => sections.some((each) => name.startsWith(this.#variableOf(`${each}.`))))
      .filter((name) => !variables.includes(name) && !ofLibrary.includes(name))
      .filter((name) => !ofKubernetes.test(name))
      .map((name) => describe('', `variable ${name}`, nearest(name, variables)));
    const idle = settingNames
      .filter((name) => !obeyed.includes(name))
      .flatMap((name) => {
        const found = this.find(name);
        if (found === undefined) return [];
        const what = found.isFromFile ? `${found.place}: ${name}` : found.place;
        return [`${what} has no effect in this program`];
      });
    return [...inEnvironment, ...this.#unknownInFile(), ...idle];
  }

  #unknownInFile(): readonly string[] {
    const { file } = this;
    if (file === undefined) return [];
    const inSections = sections
      .flatMap((section) => file.keys(section).map((key) => `${section}.${key}`))
      .filter((name) => !Object.hasOwn(settings, name))
      .map((name) =>
        describe(`${file.place(name)}: `, `setting ${name}`, nearest(name, settingNames)),
      );
    // The other tables are the program's own, unless they were meant to be ours.
    const known = [...sections, sourcesTable];
    const misspelt = file
      .sections()
      .filter((section) => !known.includes(section) && nearest(section, known) !== undefined)
      .map((section) =>
        describe(`${file.place(section)}: `, `table ${section}`, nearest(section, known)),
      );
    return [...inSections, ...misspelt];
  }

  #variableOf(name: string): string {
    // VSR_METRICS_PORT, and not VSR_METRICS_METRICS_PORT.
    const inside = this.#prefix.endsWith('_METRICS') ? name.replace(/^metrics\./, '') : name;
    return `${this.#prefix}_${inside.replace('.', '_').toUpperCase()}`;
  }
}

function describe(place: string, what: string, meant: string | undefined): string {
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `${place}there is no ${what}${hint}`;
}

function misfit(what: string, { allowed, isSecret = false }: Kind<unknown>, given: unknown) {
  const shown = isSecret ? '' : `; given ${show(given)}`;
  return unfit(`${what} does not fit${shown}; allowed: ${allowed}`);
}
