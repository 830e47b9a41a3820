import { randomBytes } from 'node:crypto';
import type { ProductClock } from '../clock.ts';
import { AwsError } from '../errors.ts';
import { type Journal, text } from '../journal.ts';
import { Registry } from '../registry.ts';
import type { PolicyDocument } from './policy.ts';

/** A role of the template. */
export interface RoleRecord {
  readonly arn: string;
  readonly name: string;
  readonly trust: PolicyDocument;
  readonly maxSessionSeconds: number;
  /** Inline policies by name. */
  readonly policies: Readonly<Record<string, PolicyDocument>>;
}

/** Temporary credentials of a role. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleName: string;
  /** `arn:aws:sts::<account>:assumed-role/<role>/<session>` */
  readonly arn: string;
  readonly expiresAt: number;
  readonly policy?: PolicyDocument;
}

/** Who calls. The person at the keyboard is the account's root; services act in their own name. */
export type Principal =
  | { readonly kind: 'root' }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'anonymous' };

/** Roles and the sessions that were given out for them. */
export class Identities {
  readonly roles: Registry<RoleRecord>;
  readonly #journal: Journal;
  readonly #clock: ProductClock;
  readonly #accountId: string;

  constructor(journal: Journal, clock: ProductClock, accountId: string) {
    this.#journal = journal;
    this.#clock = clock;
    this.#accountId = accountId;
    this.roles = new Registry(journal, 'role');
  }

  roleByArn(arn: string): RoleRecord | undefined {
    const role = this.roles.get(arn.split('/').at(-1) ?? '');
    return role?.arn === arn ? role : undefined;
  }

  /** A service acting with a role, inside the runtime: no credentials are handed out. */
  actAs(roleArn: string, name: string): Principal {
    const role = this.roleByArn(roleArn);
    if (!role) throw new AwsError('AccessDenied', `role ${roleArn} does not exist`, 403);
    const arn = `arn:aws:sts::${this.#accountId}:assumed-role/${role.name}/${name}`;
    const session = { accessKeyId: '', secretAccessKey: '', sessionToken: '', roleName: role.name, arn, expiresAt: 0 };
    return { kind: 'session', session };
  }

  /** New credentials for a role. Whether the caller may have them is decided by whoever calls this. */
  openSession(role: RoleRecord, name: string, seconds: number, policy?: PolicyDocument): Session {
    const session: Session = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
      sessionToken: randomBytes(180).toString('base64'),
      roleName: role.name,
      arn: `arn:aws:sts::${this.#accountId}:assumed-role/${role.name}/${name}`,
      expiresAt: this.#clock.now() + seconds * 1000,
      ...(policy && { policy }),
    };
    this.#journal.run('delete from sessions where expires_at < ?', this.#clock.now() - 86_400_000);
    this.#journal.run(
      'insert into sessions values (?, ?, ?)',
      session.accessKeyId,
      JSON.stringify(session),
      session.expiresAt,
    );
    return session;
  }

  session(accessKeyId: string): Session | undefined {
    const row = this.#journal.get('select body from sessions where access_key = ?', accessKeyId);
    return row && JSON.parse(text(row, 'body'));
  }
}
