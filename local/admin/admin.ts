import type * as z from 'zod/mini';
import type { Services } from '../cloudformation/services.ts';
import type { Context } from '../context.ts';
import { AwsError } from '../errors.ts';
import { fault } from '../faults/fault.ts';
import type { GuardDuty } from '../guardduty/guardduty.ts';
import { type Json, parseObject } from '../http/json-body.ts';
import { type AwsRequest, type AwsResponse, readBody } from '../http/request.ts';
import type { FunctionPool } from '../lambda/pool.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { type Fate, fates } from '../ses/delivery.ts';
import type { Ses } from '../ses/ses.ts';
import type { Sns } from '../sns/sns.ts';
import type { XRay } from '../xray/xray.ts';
import { PlannedRequests } from './planned-requests.ts';

/** What AWS has no API for: the clock, the inbox, and the buttons that a test needs. */
export class Admin {
  readonly #context: Context;
  readonly #ses: Ses;
  readonly #sns: Sns;
  readonly #scheduler: Scheduler;
  readonly #xray: XRay;
  readonly #guardduty: GuardDuty;
  readonly #planned: PlannedRequests;
  readonly #pool: FunctionPool;
  readonly #outputs: () => Record<string, string>;

  constructor(context: Context, services: Services & { outputs: () => Record<string, string> }) {
    this.#context = context;
    this.#ses = services.ses;
    this.#sns = services.sns;
    this.#scheduler = services.scheduler;
    this.#xray = services.xray;
    this.#guardduty = services.guardduty;
    this.#pool = services.lambda.pool;
    this.#planned = new PlannedRequests(context);
    this.#outputs = services.outputs;
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    try {
      refuseStrangers(request);
      const input = parseObject(await readBody(request.body));
      return json(200, await this.#route(`${request.method} ${request.path.replace('/_local/', '')}`, input));
    } catch (error) {
      if (error instanceof AwsError) return json(error.status, { error: error.code, message: error.message });
      const reason = error instanceof Error ? error.message : String(error);
      this.#context.report(`${request.method} ${request.path} broke: ${reason}`);
      return json(500, { error: 'InternalError', message: reason });
    }
  }

  async #route(route: string, input: Json): Promise<unknown> {
    switch (route) {
      case 'GET status':
        return {
          now: this.#context.clock.iso(),
          endpoint: this.#context.endpoint(),
          region: this.#context.region,
          accountId: this.#context.accountId,
          outputs: this.#outputs(),
        };
      case 'GET emails':
        return this.#ses.emails();
      case 'GET published':
        return this.#sns.published();
      case 'GET clock':
        return { now: this.#context.clock.iso(), nextDueAt: isoOrNull(this.#context.jobs.nextDue()) };
      case 'POST clock':
        await this.#moveClock(input);
        return { now: this.#context.clock.iso() };
      case 'POST settle':
        await this.#context.jobs.settled();
        return { now: this.#context.clock.iso() };
      case 'POST fire':
        return this.#scheduler.fire(
          String(input.schedule),
          input.scheduledTime === undefined ? this.#context.clock.now() : instant(input.scheduledTime),
        );
      case 'PUT ses-account':
        this.#ses.account.put('account', { productionAccess: input.productionAccess !== false });
        return {};
      case 'POST calls':
        return this.#context.authorizer.takeCalls();
      case 'GET traces':
        return this.#xray.segments();
      case 'PUT mailbox':
        this.#ses.setMailbox(String(input.address), mailboxFate(input.fate));
        return {};
      case 'PUT scanner':
        this.#guardduty.isBroken = input.isBroken === true;
        return {};
      case 'POST requests':
        this.#planned.plan(instant(input.at), input);
        return {};
      case 'GET requests':
        return this.#planned.made;
      case 'PUT function-sessions':
        this.#pool.sessionHours = Number(input.hours);
        return {};
      case 'PUT ties':
        this.#context.jobs.newestFirst = input.newestFirst === true;
        return {};
      case 'GET faults':
        return this.#context.faults.list();
      case 'POST faults':
        this.#arm(input);
        return {};
      case 'DELETE faults':
        this.#context.faults.clear();
        return {};
      default:
        throw new AwsError('NotFound', `no such route: ${route}`, 404);
    }
  }

  #arm(input: Json): void {
    const { data, error } = fault.safeParse(input);
    if (!data) {
      const points = fault.def.options.map((one) => one.shape.point.def.values[0]);
      if (!points.some((point) => point === input.point)) {
        throw new AwsError('BadRequest', `point: got ${input.point}, allowed ${points.join(', ')}`);
      }
      const problems = error.issues.map(explain).join('; ');
      throw new AwsError('BadRequest', `${problems}; what can be asked for is in local/README.md, under Faults`);
    }
    if (data.point === 'clock') this.#context.jobs.jumpClock(data.jumpSeconds * 1000);
    else this.#context.faults.arm(data);
  }

  /** `{to}`: an instant; `{advanceMs}`: from now; `{next: true}`: the next due one. */
  async #moveClock({ to, advanceMs, next }: Json): Promise<void> {
    if (next === true) {
      await this.#context.jobs.settled();
      const due = this.#context.jobs.nextDue();
      if (due !== undefined) await this.#context.jobs.advance(due);
      return;
    }
    if (typeof advanceMs === 'number' && advanceMs >= 0) {
      await this.#context.jobs.advance(this.#context.clock.now() + advanceMs);
      return;
    }
    const target = instant(to);
    if (target < this.#context.clock.now()) {
      throw new AwsError('BadRequest', `time only moves forward: got ${to}, now is ${this.#context.clock.iso()}`);
    }
    await this.#context.jobs.advance(target);
  }
}

/** Where, and what may stand there. */
const explain = (issue: z.core.$ZodIssue): string => {
  const at = issue.path.join('.') || 'fault';
  if (issue.code === 'invalid_value') return `${at}: allowed ${issue.values.join(', ')}`;
  if (issue.code === 'unrecognized_keys') return `${at}: there is no ${issue.keys.join(', ')}`;
  if (issue.code === 'invalid_type') return `${at}: expected ${issue.expected}`;
  return `${at}: ${issue.code.replaceAll('_', ' ')}`;
};

const json = (status: number, content: unknown): AwsResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(content),
});

const isoOrNull = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

const instant = (value: unknown): number => {
  const at = Date.parse(String(value));
  if (Number.isNaN(at)) throw new AwsError('BadRequest', `expected an ISO-8601 time, got ${value}`);
  return at;
};

const mailboxFate = (value: unknown): Fate => {
  const fate = fates.find((one) => one === value);
  if (fate) return fate;
  throw new AwsError('BadRequest', `fate must be one of ${fates.join(', ')}, got ${value}`);
};

/** The inbox holds bearer secrets: no other site may reach it through a browser (DNS rebinding, cross-site requests). */
const refuseStrangers = ({ headers }: AwsRequest): void => {
  const isLocal = (host: string) => /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
  const { host = '', origin } = headers;
  if (isLocal(host) && (origin === undefined || isLocal(origin.replace(/^http:\/\//, '')))) return;
  throw new AwsError(
    'Forbidden',
    `only pages of this machine may ask here, got host ${host} and origin ${origin ?? 'none'}`,
    403,
  );
};
