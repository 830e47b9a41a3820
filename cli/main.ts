import { dlqList, dlqRedrive } from './commands/dlq.ts';
import { doctor } from './commands/doctor.ts';
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
  'dlq list': dlqList,
  'dlq redrive': dlqRedrive,
};

const main = async (): Promise<boolean> => {
  const invocation = readInvocation(process.argv.slice(2));
  if (invocation === 'help') {
    print(usage);
    return true;
  }
  const words = invocation.command.join(' ');
  // These two take a word of their own.
  const run = commands[words.replace(/^(dlq redrive|validate)( .*)?$/s, '$1')];
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
