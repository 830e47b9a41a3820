import { setTimeout } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { isMeant, struck } from './function-faults.ts';
import type { FunctionRecord, Invocation } from './function-record.ts';
import { FunctionProcess, type Observers } from './process.ts';

/** Functions that run at the same moment on this machine; AWS has 1,000 by default. Others wait their turn. */
const maxRunning = 16;

/** Warm processes kept in all. */
const maxProcesses = 24;

/** How long the credentials of an execution environment live, unless a test says otherwise. */
const sessionHours = 12;

/** Gives each invocation a process: a warm one of the same function, or a new one. */
export class FunctionPool {
  /** Set by a test that moves the clock by months: every new environment is a new process. Forgotten with this one. */
  sessionHours = sessionHours;
  readonly #context: Context;
  readonly #observers: Observers;
  readonly #idle: FunctionProcess[] = [];
  readonly #busy = new Set<FunctionProcess>();
  readonly #waiting: (() => void)[] = [];

  constructor(context: Context, observers: Observers) {
    this.#context = context;
    this.#observers = observers;
  }

  /** How many of a function run at this moment, in any version. */
  running(name: string): number {
    return [...this.#busy].filter((process) => process.functionName === name).length;
  }

  async run(fn: FunctionRecord, input: string, requestId: string): Promise<Invocation> {
    const fault = this.#context.faults.at('function', (one) => one.effect !== 'throttle' && isMeant(one, fn.name));
    if (fault?.effect === 'delay') await setTimeout(fault.delayMs);
    else if (fault?.when === 'before') return struck(fault, fn, requestId);
    const invocation = await this.#runIn(fn, input, requestId);
    return fault && fault.effect !== 'delay' ? struck(fault, fn, requestId) : invocation;
  }

  async #runIn(fn: FunctionRecord, input: string, requestId: string): Promise<Invocation> {
    while (this.#busy.size >= maxRunning) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const process = this.#take(fn);
    this.#busy.add(process);
    try {
      return await process.run(input, requestId);
    } finally {
      this.#busy.delete(process);
      if (process.isAlive) this.#idle.push(process);
      this.#waiting.shift()?.();
    }
  }

  /** Ends the environment that calls with these keys, as if the machine under it had died. */
  killCaller(accessKeyId: string): void {
    for (const process of this.#busy) if (process.accessKeyId === accessKeyId) process.kill();
  }

  close(): void {
    for (const process of [...this.#idle, ...this.#busy]) process.kill();
  }

  #take(fn: FunctionRecord): FunctionProcess {
    const at = this.#idle.findLastIndex((process) => process.isAlive && process.serves(fn));
    const [warm] = at < 0 ? [] : this.#idle.splice(at, 1);
    if (warm) return warm;
    while (this.#idle.length + this.#busy.size >= maxProcesses && this.#idle.length > 0) this.#idle.shift()?.kill();
    return new FunctionProcess(this.#context, fn, this.#roleSession(fn), this.#observers);
  }

  #roleSession(fn: FunctionRecord) {
    const { identities, authorizer } = this.#context;
    const role = identities.roleByArn(fn.roleArn);
    if (!role) throw new AwsError('InvalidParameterValueException', `The role ${fn.roleArn} does not exist.`);
    authorizer.require({
      principal: { kind: 'service', name: 'lambda.amazonaws.com' },
      action: 'sts:AssumeRole',
      resource: role.arn,
      resourcePolicy: role.trust,
      mustBeAllowedByResource: true,
    });
    return identities.openSession(role, fn.name, this.sessionHours * 3600);
  }
}
