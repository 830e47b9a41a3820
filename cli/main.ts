import { CliError } from './deployment.ts';
import { letReadersStop } from './early-readers.ts';
import { type Invocation, print, readInvocation, usage } from './invocation.ts';

type Command = (invocation: Invocation) => Promise<boolean>;

const [dlq, feed, request] = [
  () => import('./commands/dlq.ts'),
  () => import('./commands/feed.ts'),
  () => import('./commands/request.ts'),
];

/** Each is loaded when it is called: whoever lists requests need not wait for the engine that checks files. */
const commands: { readonly [name: string]: () => Promise<Command> } = {
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  simulate: async () => (await import('./commands/simulate.ts')).simulate,
  smoke: async () => (await import('./commands/smoke.ts')).smoke,
  url: async () => (await import('./commands/url.ts')).url,
  validate: async () => (await import('./commands/validate.ts')).validate,
  'request list': async () => (await request()).requestList,
  'request show': async () => (await request()).requestShow,
  'request open': async () => (await request()).requestOpen,
  'request reissue': async () => (await request()).requestReissue,
  'request revoke': async () => (await request()).requestRevoke,
  'request extend': async () => (await request()).requestExtend,
  'request waive': async () => (await request()).requestWaive,
  'request snooze': async () => (await request()).requestSnooze,
  'request acknowledge': async () => (await request()).requestAcknowledge,
  'request accept': async () => (await request()).requestAccept,
  'request redrive': async () => (await request()).requestRedrive,
  'request reopen': async () => (await request()).requestReopen,
  'request upload': async () => (await request()).requestUpload,
  'feed list': async () => (await feed()).feedList,
  'feed show': async () => (await feed()).feedShow,
  'feed check': async () => (await feed()).feedCheck,
  'feed pause': async () => (await feed()).feedPause,
  'feed resume': async () => (await feed()).feedResume,
  'address list': async () => (await feed()).addressList,
  'address clear': async () => (await feed()).addressClear,
  'audit verify': async () => (await import('./commands/audit.ts')).auditVerify,
  'audit report': async () => (await import('./commands/audit-report.ts')).auditReport,
  'mail preview': async () => (await import('./commands/mail.ts')).mailPreview,
  'dlq list': async () => (await dlq()).dlqList,
  'dlq redrive': async () => (await dlq()).dlqRedrive,
};

const main = async (): Promise<boolean> => {
  const invocation = readInvocation(process.argv.slice(2));
  if (invocation === 'help') {
    print(usage);
    return true;
  }
  const [noun = '', verb = ''] = invocation.command;
  // What follows is the command's own.
  const load = commands[`${noun} ${verb}`] ?? commands[noun];
  if (!load) throw new CliError(`there is no command "${invocation.command.join(' ')}"`);
  const run = await load();
  return run(invocation);
};

letReadersStop();

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  // What AWS says (no credentials, no permission) is for the person at the keyboard too.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
