// How everything does: one word for it, and a row for each check and each source of numbers.

import { find, type Row, type State, setText, Table } from './dom.js';
import { countsErrors, familiesWithErrors } from './families.js';
import { formatNumber, formatQuantity, formatTime, shortName } from './format.js';
import { matching, sumOf } from './queries.js';
import { type HealthStatus, numberOf, type Store } from './store.js';

interface Finding {
  readonly key: string;
  readonly what: string;
  readonly state: State;
  readonly word: string;
  readonly message: string;
  readonly age: string;
  /** Whether the whole can be no better. */
  readonly counts: boolean;
}

const words: Readonly<Record<HealthStatus, readonly [State, string]>> = {
  healthy: ['good', 'healthy'],
  degraded: ['warn', 'degraded'],
  unhealthy: ['bad', 'unhealthy'],
  unknown: ['unknown', 'unknown'],
};

const statusOfNumber: Readonly<Record<number, HealthStatus>> = {
  1: 'healthy',
  0.5: 'degraded',
  0: 'unhealthy',
};

const verdicts: Readonly<Record<State, string>> = {
  good: 'Healthy',
  warn: 'Degraded',
  bad: 'Unhealthy',
  unknown: 'Unknown',
};

/** From best to worst. */
const order: readonly State[] = ['good', 'warn', 'unknown', 'bad'];

export class Health {
  readonly #store: Store;
  readonly #table = new Table('Health', [
    { title: 'check' },
    { title: 'status' },
    { title: 'message' },
    { title: 'age', isNumber: true },
  ]);

  constructor(store: Store) {
    this.#store = store;
    find('#health .scroll').append(this.#table.root);
  }

  show(): void {
    const findings = [
      ...this.#cluster(),
      ...this.#program(),
      ...this.#checks(),
      ...this.#sources(),
      ...this.#data(),
    ];
    this.#table.show(findings.map(rowOf));
    const deciding = findings.filter(({ counts }) => counts);
    const worst = deciding.reduce<State>(
      (a, { state }) => (order.indexOf(state) > order.indexOf(a) ? state : a),
      deciding.length === 0 ? 'unknown' : 'good',
    );
    find('#verdict').dataset.state = worst;
    setText(find('#verdict strong'), deciding.length === 0 ? 'Running' : verdicts[worst]);
    setText(find('#verdict span'), sentence(deciding));
  }

  /** Nothing is known of now any more, however well it went then. */
  lose(reason: string): void {
    const { takenAt } = this.#store.values;
    const then = takenAt === 0 ? '' : `; what is shown is of ${formatTime(takenAt)}`;
    find('#verdict').dataset.state = 'unknown';
    setText(find('#verdict strong'), 'Unknown');
    setText(find('#verdict span'), `${reason}${then}`);
  }

  /** The members of the cluster, as the server tells everybody. */
  #cluster(): Finding[] {
    const { cluster } = this.#store.values;
    if (cluster === undefined) return [];
    const { member, state, word, message } = cluster;
    return [{ ...plain('members', `${member}s`, state), word, message, counts: true }];
  }

  /** The program whose numbers these are, when it does badly. */
  #program(): Finding[] {
    const reasons = this.#store.values.health?.process.reasons ?? [];
    if (reasons.length === 0) return [];
    const finding = plain('program', 'program', 'bad');
    return [{ ...finding, word: 'unhealthy', message: reasons.join(', '), counts: true }];
  }

  #checks(): Finding[] {
    const { health } = this.#store.values;
    const reported = (health?.checks ?? []).map((check): Finding => {
      const [state, word] = words[check.status];
      return {
        key: `check ${check.name}`,
        what: check.name,
        // One that is not critical cannot make more of the whole than degraded.
        state: check.critical || state === 'good' ? state : 'warn',
        word,
        message: check.message,
        age: check.ageMs === null ? '' : formatQuantity(Math.round(check.ageMs), 'ms'),
        counts: true,
      };
    });
    const known = new Set(reported.map(({ what }) => what));
    const counted = ['health_check_status', 'kotoba_health_check_status'].flatMap((name) =>
      this.#store.series(name).flatMap(({ labels, value }): Finding[] => {
        const what = shortName(labels, new Set(['check_name']));
        const check = labels.check_name ?? '';
        if (known.has(check)) return [];
        const [state, word] = words[statusOfNumber[numberOf(value)] ?? 'unknown'];
        const named = what === '' ? check : `${check} (${what})`;
        return [{ ...plain(`${name} ${named}`, named, state), word, counts: true }];
      }),
    );
    return [...reported, ...counted];
  }

  /** Where the numbers come from, for as far as no check tells of it. */
  #sources(): Finding[] {
    const store = this.#store;
    const checked = new Set(store.values.health?.checks.map(({ name }) => name));
    const sources = store
      .series('vsr_metrics_source_up')
      .filter(({ labels }) => !checked.has(labels.file ?? ''));
    return sources.map(({ labels, value }) => {
      const states = matching(store, 'vsr_metrics_source_writer_state', labels);
      const writer = states.find((each) => each.value === 1)?.labels.state;
      const age = sumOf(store, 'vsr_metrics_source_heartbeat_age_seconds', labels);
      const isUp = numberOf(value) === 1;
      const state: State = !isUp || writer === 'dead' || writer === 'hung' ? 'bad' : 'good';
      const what = labels.file ?? 'source';
      const message = isUp ? `program ${writer ?? 'unknown'}` : 'its numbers are missing here';
      return {
        ...plain(`source ${what}`, what, state),
        word: isUp ? (writer ?? 'readable') : 'unreachable',
        message,
        age: age === undefined ? '' : formatQuantity(age, 'seconds'),
        counts: true,
      };
    });
  }

  /** What does not decide how the whole does, and is worth a look. */
  #data(): Finding[] {
    const store = this.#store;
    const rising = familiesWithErrors(store)
      .map((family) => {
        const rates = store
          .series(family.name)
          .filter(({ labels }) => countsErrors(family, labels))
          .map(({ labels }) => store.rate(family.name, labels) ?? 0);
        return { name: family.name, rate: rates.reduce((a, b) => a + b, 0) };
      })
      .filter(({ rate }) => rate > 0);
    const message = rising.map(({ name, rate }) => `${name} ${formatNumber(rate)}/s`).join(', ');
    const errors: Finding = {
      ...plain('errors', 'errors', rising.length === 0 ? 'good' : 'warn'),
      word: rising.length === 0 ? 'none now' : `${rising.length} rising`,
      message,
    };
    const rejected = sumOf(store, 'vsr_metrics_rejected_total') ?? 0;
    if (rejected === 0) return [errors];
    const first = store
      .series('vsr_metrics_rejected_total')
      .find(({ value }) => numberOf(value) > 0);
    const bad: Finding = {
      ...plain('rejected', 'bad data', 'warn'),
      word: `${rejected} rejected`,
      message: shortName(first?.labels ?? {}, new Set()),
    };
    return [errors, bad];
  }
}

function plain(key: string, what: string, state: State): Finding {
  return { key, what, state, word: '', message: '', age: '', counts: false };
}

function rowOf({ key, what, state, word, message, age }: Finding): Row {
  return { key, cells: [what, { text: word, state }, message, age] };
}

/** What is wrong, or how well it goes. */
function sentence(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'no health checks are set up';
  const wrong = findings.filter(({ state }) => state !== 'good');
  if (wrong.length > 0) {
    return wrong
      .slice(0, 3)
      .map(({ what, word, message }) => `${what}: ${word}${message && `, ${message}`}`)
      .join(' · ');
  }
  const [members, ...checks] = findings[0]!.key === 'members' ? findings : [undefined, ...findings];
  const passed = checks.length === 1 ? '1 check passes' : `all ${checks.length} checks pass`;
  return [
    ...(members === undefined ? [] : [`${members.what}: ${members.word} · ${members.message}`]),
    ...(checks.length > 0 ? [passed] : []),
  ].join(' · ');
}
