import { parseArgs } from 'node:util';
import { failureQueues } from '../core/deployed-names.ts';
import type { ClientSettings } from './clients.ts';
import { CliError } from './deployment.ts';
import { commandsLike, type Grammar, grammarOf } from './grammar.ts';

/** A command as it was typed. */
export interface Invocation {
  readonly command: readonly string[];
  readonly flags: Flags;
  readonly stack: string;
  readonly settings: ClientSettings;
  readonly asJson: boolean;
}

/** A backfill mails a partner once for each day: so many are not sent by a slip. */
export const mostUnasked = 31;

export type Flags = ReturnType<typeof parse>['values'];

export const usage = `npm run airlock -- <command> [--stack NAME] [--region REGION] [--local [--port 4566]] [--json]

  validate FILE --feed partner/feed [--period 2026-11-22] [--html FILE] [--csv FILE] [--locale en]
                      check a file on this machine by the rules of a feed, without any deployment; exit code 1 when it
                      would be sent back
  simulate --year 2027 [--feed partner/feed] [--csv FILE] [--ics FILE]
                      what the feeds would do in a year if no file ever came: openings, reminders, escalations, skips
                      and their reasons, without any deployment
  mail preview --feed partner/feed [--out DIR]
                      every mail of a feed, in every language, as pages to look at
  doctor              look at a whole deployment; exit code 1 when something failed
  smoke               a file on time and one that never comes, for real; needs -c smoke=true at deployment
  url --method GET --bucket accepted --key KEY [--seconds 300]
                      a URL that downloads one object, signed with your credentials (at most 15 minutes)
  url --method PUT --request ID [--attempt 1] [--seconds 300] [--type T] [--size BYTES] [--sha256 BASE64]
                      a URL that uploads the file of an attempt, once; bound to what is given (at most an hour)
  request list [--due today|late|missing|DATE]
                      what is due, what is late now, what was missed within a week
  request show ID     all that happened to a request, and what is planned
  request open --feed partner/feed [--period PERIOD | --at TIME | --from DATE --to DATE [--yes]] [--reason "why"]
                      ask for a delivery now, for a period, or for every day of a range that its schedule means: each is
                      mailed to the partner, so more than ${mostUnasked} want --yes
  request reissue|revoke|waive|accept|acknowledge|reopen|redrive ID --reason "why"
                      a new link; no link works any more; nothing is due; take a rejected file as it is; take a late one
                      on, so that nobody more is alarmed; ask once more for a period that has ended; go on after a fault
                      of ours
  request extend|snooze ID --until TIME|PT4H --reason "why"
                      more time for the partner, until then (PT4H: from now on); taken on until then
  request upload ID FILE --reason "why"
                      send a file in the partner's place
  feed list           the feeds of a deployment, and which are paused
  feed show partner/feed
                      how a feed has done: its newest requests, and how many of them came on time
  feed check          whether the feeds of a folder can be deployed; exit code 1 when not
  feed pause|resume partner/feed --reason "why" [--until TIME|P3D]
                      open no requests of a feed; go on
  address list        contacts whose mail came back, and is not sent there any more
  address clear PERSON --reason "why"
                      mail goes there again
  audit verify [FOLDER] [--accepted FOLDER] [--key FILE] [--partner acme] [--feed partner/feed] [--from DAY] [--to DAY]
                      whether the evidence of a deployment, or of a copy of its archive, is whole and unchanged; exit
                      code 1 when not
  audit report [FOLDER] --quarter 2026Q3 [--partner acme] [--html FILE] [--csv FILE]
                      how deliveries went, of one partner or of all, as the archive proves it
  dlq list            how many messages each queue of failures holds
  dlq redrive QUEUE   do again what failed: ${failureQueues.join(', ')}

  --stack    name of the deployed stack (default Airlock-dev)
  --region   where it is (default: the region of your AWS configuration)
  --local    the embedded AWS on this machine (npm start) instead of an account
  --port     its port (default 4566)
  --token    a token for the API, where it takes those instead of IAM
  --json     print the result as JSON
  --feeds    folder of the feeds, for commands without a deployment (default feeds)`;

/** @throws CliError for commands and flags that are not there, and for what a command does not take */
export const readInvocation = (args: string[]): Invocation | 'help' => {
  const grammar = requireGrammar(args);
  const { values, positionals } = parse(args);
  if (values.help || positionals.length === 0 || !grammar) return 'help';
  if (!/^\d{1,5}$/.test(values.port)) throw new CliError(`--port: got ${values.port}, allowed 1 to 65535`);
  const local = {
    endpoint: `http://127.0.0.1:${values.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const remote = values.region === undefined ? {} : { region: values.region };
  const settings = values.local ? local : remote;
  return { flags: values, command: positionals, stack: values.stack, settings, asJson: values.json };
};

const options = {
  stack: { type: 'string', default: 'Airlock-dev' },
  region: { type: 'string' },
  local: { type: 'boolean', default: false },
  port: { type: 'string', default: '4566' },
  json: { type: 'boolean', default: false },
  method: { type: 'string' },
  bucket: { type: 'string' },
  key: { type: 'string' },
  partner: { type: 'string' },
  quarter: { type: 'string' },
  accepted: { type: 'string' },
  request: { type: 'string' },
  attempt: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '300' },
  type: { type: 'string' },
  size: { type: 'string' },
  sha256: { type: 'string' },
  feed: { type: 'string' },
  feeds: { type: 'string', default: 'feeds' },
  period: { type: 'string' },
  year: { type: 'string' },
  due: { type: 'string' },
  at: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  until: { type: 'string' },
  reason: { type: 'string' },
  out: { type: 'string', default: '.build/mails' },
  token: { type: 'string' },
  ics: { type: 'string' },
  html: { type: 'string' },
  csv: { type: 'string' },
  locale: { type: 'string', default: 'en' },
  yes: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** They say which deployment, and how to answer: every command takes them. */
const everywhere = new Set(['stack', 'region', 'local', 'port', 'token', 'json', 'feeds', 'help']);

const parse = (args: string[]) => parseArgs({ args, allowPositionals: true, options });

/**
 * Holds what was typed against the usage: what a command does not take is refused, not passed over.
 *
 * @returns undefined where nothing but help was asked for
 */
const requireGrammar = (args: string[]): Grammar | undefined => {
  const { tokens } = parseArgs({ args, allowPositionals: true, options, strict: false, tokens: true });
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  if (words.length === 0 || tokens.some((token) => token.kind === 'option' && token.name === 'help')) return undefined;
  const grammar = grammarOf(usage, words);
  if (!grammar) {
    const allowed = commandsLike(usage, words[0] ?? '').join(', ');
    throw new CliError(`there is no command "${words.join(' ')}", allowed ${allowed}; --help says what they do`);
  }
  const refuse = (reason: string) => new CliError(`${reason}\n\n${grammar.usage}`);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = Object.entries(options).find(([name]) => name === token.name)?.[1];
    const isTaken = grammar.flags.has(token.name) || everywhere.has(token.name);
    if (!option || !isTaken) throw refuse(`${token.rawName}: ${words.slice(0, 2).join(' ')} takes no such flag`);
    // What begins like a flag is the next one, unless it was written as `--flag=-x`.
    const value = token.inlineValue || !token.value?.startsWith('-') ? token.value : undefined;
    if ((option.type === 'string') !== (value !== undefined)) {
      const allowed = option.type === 'string' ? 'a value' : 'none';
      throw refuse(`${token.rawName}: got ${value ?? 'nothing'}, allowed ${allowed}`);
    }
  }
  const extra = words.slice(grammar.mostWords);
  if (extra.length > 0) throw refuse(`got "${extra.join(' ')}" more than it takes`);
  return grammar;
};

/** A line for the person at the keyboard. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
