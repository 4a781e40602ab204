// The state machine that the cluster replicates: accounts with balances. Deterministic, and every
// operation leaves a trace in `hash`, so that two replicas that applied the same operations in the
// same order can be told from two that did not.
//
//   deposit ACCOUNT AMOUNT          always possible
//   transfer FROM TO AMOUNT         refused when FROM has not got that much
//   balance ACCOUNT                 a query

import { checksumOf } from '../log/checksum.js';

export interface Outcome {
  readonly status: 'success' | 'failure';
  readonly result: string;
}

export interface LedgerState {
  readonly accounts: readonly (readonly [account: number, balance: number])[];
  readonly hash: number;
}

export class Ledger {
  #accounts = new Map<number, number>();
  #hash = 0;

  get hash(): number {
    return this.#hash;
  }

  /** Runs one operation; `checksum` is that of its entry. */
  apply(body: string, checksum: number): Outcome {
    const outcome = this.#run(body);
    this.#hash = checksumOf(`${this.#hash} ${checksum} ${outcome.result}`);
    return outcome;
  }

  save(): LedgerState {
    return { accounts: [...this.#accounts], hash: this.#hash };
  }

  restore(state: LedgerState): void {
    this.#accounts = new Map(state.accounts);
    this.#hash = state.hash;
  }

  #run(body: string): Outcome {
    const [name, first = '', second = '', third = ''] = body.split(' ');
    const account = Number(first);
    switch (name) {
      case 'deposit':
        return succeed(this.#add(account, Number(second)));
      case 'transfer': {
        const amount = Number(third);
        if (this.#balance(account) < amount) return { status: 'failure', result: 'insufficient' };
        this.#add(Number(second), amount);
        return succeed(this.#add(account, -amount));
      }
      case 'balance':
        return succeed(this.#balance(account));
      default:
        return { status: 'failure', result: 'unknown operation' };
    }
  }

  #balance(account: number): number {
    return this.#accounts.get(account) ?? 0;
  }

  #add(account: number, amount: number): number {
    const balance = this.#balance(account) + amount;
    this.#accounts.set(account, balance);
    return balance;
  }
}

function succeed(balance: number): Outcome {
  return { status: 'success', result: String(balance) };
}

/** Operations that read only. */
export function isQuery(body: string): boolean {
  return body.startsWith('balance');
}

/** Eight tenants share the ledger, each with the clients of one remainder. */
export const tenants = 8;

export function tenantOf(client: number): number {
  return client % tenants;
}
