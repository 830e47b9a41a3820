import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { StageConfig } from '../config.ts';

/** How one function runs. */
interface FunctionRow {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Concurrency set aside for it, and its ceiling: what the busiest minute of the day needs. */
  readonly reserved: number;
  /** How long its logs are kept; `stage` is the stage's own retention. */
  readonly logs: RetentionDays | 'stage';
  readonly does: string;
}

// biome-ignore format: a table is read by its columns
/** Every function (`receive-scan` and `receive-trail` only where a setting asks for them), in the order of the workflow, then those of the API. A test gives each wait of the workflow more time than its function. */
export const functionTable = {
  'open-request':        { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Claims a period and makes its plan' },
  'generate-upload-url': { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Signs the upload URL of an attempt' },
  'email-partner':       { memoryMb: 256,  timeoutSeconds: 50,  reserved: 10, logs: 'stage', does: 'Mails the partner' },
  'register-wait':       { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Stores the task token of a wait' },
  'revise-plan':         { memoryMb: 256,  timeoutSeconds: 30,  reserved: 5,  logs: 'stage', does: 'Gives a partner more time' },
  'receive-upload':      { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Records an arrival and ends the wait' },
  'receive-bounce':      { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Records what became of a mail, and ends the wait of one that did not arrive' },
  'receive-scan':        { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Records what the malware scanner said and ends the wait' },
  'receive-trail':       { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Records which program sent an upload' },
  'look-for-upload':     { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Looks once more before a milestone' },
  'validate-upload':     { memoryMb: 1769, timeoutSeconds: 900, reserved: 20, logs: 'stage', does: 'Checks the pinned version' },
  'accept-upload':       { memoryMb: 256,  timeoutSeconds: 300, reserved: 10, logs: 'stage', does: 'Promotes a valid upload' },
  'quarantine-upload':   { memoryMb: 256,  timeoutSeconds: 300, reserved: 10, logs: 'stage', does: 'Sets an invalid upload aside' },
  'escalate':            { memoryMb: 256,  timeoutSeconds: 50,  reserved: 10, logs: 'stage', does: 'Raises our voice' },
  'close-request':       { memoryMb: 256,  timeoutSeconds: 30,  reserved: 20, logs: 'stage', does: 'Ends a request without a file' },
  'archive-execution':   { memoryMb: 256,  timeoutSeconds: 60,  reserved: 2,  logs: 'stage', does: 'Keeps the evidence of a run that has ended' },
  'watch-starts':        { memoryMb: 512,  timeoutSeconds: 300, reserved: 1,  logs: 'stage', does: 'Looks whether every request was opened that should be' },
  'reconcile':           { memoryMb: 512,  timeoutSeconds: 900, reserved: 1,  logs: 'stage', does: 'Makes good what an event did not tell' },
  'answer-page':         { memoryMb: 256,  timeoutSeconds: 10,  reserved: 10, logs: 'stage', does: 'Serves the partners’ page' },
  'answer-partner':      { memoryMb: 512,  timeoutSeconds: 28,  reserved: 50, logs: 'stage', does: 'Answers partners: what is expected, URLs for their file' },
  'answer-operator':     { memoryMb: 256,  timeoutSeconds: 28,  reserved: 10, logs: 'stage', does: 'Answers operators and systems' },
} as const satisfies Record<string, FunctionRow>;

export type FunctionName = keyof typeof functionTable;
const isFunctionName = (name: string): name is FunctionName => name in functionTable;
export const functionNames = Object.keys(functionTable).filter(isFunctionName);

/** What decides which functions a deployment has. */
type Choices = Partial<Pick<StageConfig, 'malwareScan' | 'recordUserAgents'>>;

/** Functions that only some deployments have. */
const optionalFunctions: Partial<Record<FunctionName, (choices: Choices) => boolean>> = {
  'receive-scan': ({ malwareScan = false }) => malwareScan,
  'receive-trail': ({ recordUserAgents }) => recordUserAgents !== undefined,
};

/** Those that a deployment has. */
export const deployedFunctions = (choices: Choices = {}): readonly FunctionName[] =>
  functionNames.filter((name) => optionalFunctions[name]?.(choices) ?? true);
