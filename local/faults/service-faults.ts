import { AwsError } from '../errors.ts';
import type { Principal } from '../identity/identities.ts';
import type { FaultAt } from './fault.ts';
import type { Faults } from './faults.ts';

/** The connection ends without an answer. */
export class HangUp extends Error {
  override readonly name = 'HangUp';
}

interface Environments {
  /** Ends the environment of a function that calls with these keys. */
  killCaller(accessKeyId: string): void;
}

/** Faults of the services as those meet them who call. */
export class ServiceFaults {
  readonly #faults: Faults;
  readonly #environments: Environments;

  constructor(faults: Faults, environments: Environments) {
    this.#faults = faults;
    this.#environments = environments;
  }

  /**
   * A call that has come.
   *
   * @returns what to do once it was served, before its answer is sent
   * @throws AwsError, HangUp: the fault
   */
  call(service: string, operation: string, principal: Principal): () => void {
    if (principal.kind !== 'session') return () => undefined;
    const fault = this.#faults.at(
      'service',
      (one) => one.service === service && (one.operation === undefined || one.operation === operation),
    );
    if (!fault) return () => undefined;
    const strike = () => this.#strike(fault, principal.session.accessKeyId);
    if (fault.when === 'after') return strike;
    return strike();
  }

  #strike({ effect, code, status }: FaultAt<'service'>, accessKeyId: string): never {
    if (effect === 'kill') this.#environments.killCaller(accessKeyId);
    if (effect === 'error') throw new AwsError(code, 'a fault that was asked for', status);
    throw new HangUp();
  }
}
