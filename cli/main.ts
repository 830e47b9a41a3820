import { dlqList, dlqRedrive } from './commands/dlq.ts';
import { doctor } from './commands/doctor.ts';
import { addressClear, addressList, feedCheck, feedList, feedPause, feedResume, feedShow } from './commands/feed.ts';
import { mailPreview } from './commands/mail.ts';
import {
  requestAccept,
  requestAcknowledge,
  requestExtend,
  requestList,
  requestOpen,
  requestRedrive,
  requestReissue,
  requestReopen,
  requestRevoke,
  requestShow,
  requestSnooze,
  requestUpload,
  requestWaive,
} from './commands/request.ts';
import { simulate } from './commands/simulate.ts';
import { smoke } from './commands/smoke.ts';
import { url } from './commands/url.ts';
import { validate } from './commands/validate.ts';
import { CliError } from './deployment.ts';
import { type Invocation, print, readInvocation, usage } from './invocation.ts';

const commands: { readonly [name: string]: (invocation: Invocation) => Promise<boolean> } = {
  doctor,
  simulate,
  smoke,
  url,
  validate,
  'request list': requestList,
  'request show': requestShow,
  'request open': requestOpen,
  'request reissue': requestReissue,
  'request revoke': requestRevoke,
  'request extend': requestExtend,
  'request waive': requestWaive,
  'request snooze': requestSnooze,
  'request acknowledge': requestAcknowledge,
  'request accept': requestAccept,
  'request redrive': requestRedrive,
  'request reopen': requestReopen,
  'request upload': requestUpload,
  'feed list': feedList,
  'feed show': feedShow,
  'feed check': feedCheck,
  'feed pause': feedPause,
  'feed resume': feedResume,
  'address list': addressList,
  'address clear': addressClear,
  'mail preview': mailPreview,
  'dlq list': dlqList,
  'dlq redrive': dlqRedrive,
};

const main = async (): Promise<boolean> => {
  const invocation = readInvocation(process.argv.slice(2));
  if (invocation === 'help') {
    print(usage);
    return true;
  }
  const [noun = '', verb = ''] = invocation.command;
  // What follows is the command's own.
  const run = commands[`${noun} ${verb}`] ?? commands[noun];
  if (!run) throw new CliError(`no command "${invocation.command.join(' ')}"\n\n${usage}`);
  return run(invocation);
};

// Whoever reads may stop early: `… | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  // What AWS says (no credentials, no permission) is for the person at the keyboard too.
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
