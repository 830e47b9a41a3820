import { parseArgs } from 'node:util';

/** What `npm start` was told. */
export interface Options {
  readonly port: number;
  /** Of the partners' page and the API. */
  readonly apiPort: number;
  readonly consolePort: number;
  readonly dataDir: string;
  readonly fresh: boolean;
  readonly feeds: string;
  /** With the feeds of the smoke test. */
  readonly smoke: boolean;
  /** An app that is already synthesized; else it is synthesized at the start. */
  readonly assembly: string | undefined;
}

/** A flag that cannot be used: what came, what may come, what to do. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export const usage = `npm start -- [--port 4566] [--api-port 4520] [--console-port 4510] [--data DIR] [--fresh] [--feeds DIR] [--smoke] [--assembly DIR]

  --port          port of the AWS endpoint (default 4566; 0 takes a free one)
  --api-port      port of the partners' page and the API (default 4520; 0 takes a free one)
  --console-port  port of the console (default 4510; 0 takes a free one)
  --data          folder that keeps everything (default .airlock)
  --fresh         forget what the folder keeps
  --feeds         folder of feeds (default feeds)
  --smoke         add the feeds of npm run smoke
  --assembly      serve this synthesized app instead of synthesizing`;

/** @throws OptionError */
export const parseOptions = (args: string[]): Options | 'help' => {
  const values = parse(args);
  if (values.help) return 'help';
  return {
    port: port('--port', values.port),
    apiPort: port('--api-port', values['api-port']),
    consolePort: port('--console-port', values['console-port']),
    dataDir: values.data,
    fresh: values.fresh,
    feeds: values.feeds,
    smoke: values.smoke,
    assembly: values.assembly,
  };
};

const parse = (args: string[]) => {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '4566' },
        'api-port': { type: 'string', default: '4520' },
        'console-port': { type: 'string', default: '4510' },
        data: { type: 'string', default: '.airlock' },
        fresh: { type: 'boolean', default: false },
        feeds: { type: 'string', default: 'feeds' },
        smoke: { type: 'boolean', default: false },
        assembly: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
};

const port = (flag: string, text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65_535) return value;
  throw new OptionError(`${flag}: got ${text}, allowed 0 to 65535; choose a free port`);
};
