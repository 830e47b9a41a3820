import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import type { Endpoint } from '../endpoint.ts';
import { drawWorkflow, type Progress } from '../graph.ts';
import { type Html, html } from '../html.ts';

/** All executions: status, name, period, one-line outcome. */
export const executionsPage = async (endpoint: Endpoint): Promise<Html> => {
  const { outputs } = await endpoint.status();
  const { executions = [] } = await endpoint.sfn.send(
    new ListExecutionsCommand({ stateMachineArn: outputs.StateMachineArn, maxResults: 50 }),
  );
  if (executions.length === 0)
    return html`<p>Nothing has run yet. A schedule starts executions, or: <code>POST /api/feeds/&lt;partner&gt;/&lt;feed&gt;/run</code></p>`;
  const rows = await Promise.all(executions.map(({ executionArn = '' }) => row(endpoint, executionArn)));
  return html`<table><thead><tr><th>Status</th><th>Feed</th><th>Period</th><th>Outcome</th><th>Execution</th></tr></thead><tbody>${rows}</tbody></table>`;
};

const row = async (endpoint: Endpoint, arn: string): Promise<Html> => {
  const execution = await endpoint.sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
  const events = await history(endpoint, arn);
  const { partner = '', feed = '' } = parsed(execution.input);
  return html`<tr><td>${statusWord(execution)}</td><td class="whole">${partner}/${feed}</td><td class="whole">${periodOf(events)}</td><td>${outcomeOf(execution, events)}</td><td><a href="/executions/${execution.name}">${execution.name}</a></td></tr>`;
};

/** The period that *Open request* claimed. */
const periodOf = (events: readonly HistoryEvent[]): string => {
  const exited = events.find(({ type }) => type === 'TaskStateExited')?.stateExitedEventDetails;
  const { request }: { request?: { period: string } } = JSON.parse(exited?.output ?? '{}');
  return request?.period ?? '';
};

const lastState = (events: readonly HistoryEvent[]): string | undefined =>
  events.findLast(({ stateEnteredEventDetails }) => stateEnteredEventDetails)?.stateEnteredEventDetails?.name;

const statusWord = ({ status }: DescribeExecutionOutput): Html => {
  const kind = status === 'SUCCEEDED' ? 'good' : status === 'RUNNING' ? 'wait' : 'bad';
  return html`<span class="${kind}">${status}</span>`;
};

const parsed = (json: string | undefined): Record<string, string> => (json === undefined ? {} : JSON.parse(json));

/** Every ending says in one line what became of the request. */
const outcomeOf = ({ output, error, cause }: DescribeExecutionOutput, events: readonly HistoryEvent[]): string => {
  if (error !== undefined) return `${error}: ${(cause ?? '').slice(0, 160)}`;
  return parsed(output).outcome ?? `at “${lastState(events) ?? 'start'}”`;
};

/** One execution: outcome, the drawn workflow, and every event. */
export const executionPage = async (endpoint: Endpoint, name: string): Promise<Html> => {
  const executionArn = await arnOf(endpoint, name);
  const execution = await endpoint.sfn.send(new DescribeExecutionCommand({ executionArn }));
  const { definition = '{}' } = await endpoint.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
  const events = await history(endpoint, executionArn);
  const { partner = '', feed = '', scheduledTime = '' } = parsed(execution.input);
  return html`<p class="lead">${statusWord(execution)} — ${outcomeOf(execution, events)}</p>
<p class="dim">${partner}/${feed}, scheduled for ${scheduledTime}</p>
<div class="columns"><section><h2>Workflow</h2>${drawWorkflow(definition, progressOf(events, execution.status))}</section>
<section><h2>Events</h2><table><thead><tr><th>#</th><th>At</th><th>Event</th></tr></thead><tbody>${events.map(eventRow)}</tbody></table></section></div>`;
};

/** The drawn workflow of an execution, and whether it is red by a fault of ours. */
export const workflowOf = async (
  endpoint: Endpoint,
  name: string,
): Promise<{ readonly drawn: Html; readonly hasFailed: boolean }> => {
  const executionArn = await arnOf(endpoint, name);
  const { status } = await endpoint.sfn.send(new DescribeExecutionCommand({ executionArn }));
  const { definition = '{}' } = await endpoint.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
  const events = await history(endpoint, executionArn);
  return {
    drawn: drawWorkflow(definition, progressOf(events, status)),
    hasFailed: status !== 'RUNNING' && status !== 'SUCCEEDED',
  };
};

const arnOf = async (endpoint: Endpoint, name: string): Promise<string> => {
  const { outputs } = await endpoint.status();
  return `${outputs.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${name}`;
};

const history = async (endpoint: Endpoint, executionArn: string): Promise<HistoryEvent[]> => {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await endpoint.sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
};

const progressOf = (events: readonly HistoryEvent[], status: string | undefined): Progress => {
  const entered = events.flatMap(({ stateEnteredEventDetails: details }) => (details?.name ? [details.name] : []));
  const failed = status !== 'RUNNING' && status !== 'SUCCEEDED';
  return { visited: new Set(entered), current: lastState(events), failed };
};

/** Name and data of an event, whatever its type. */
const eventRow = ({ id, timestamp, type, ...rest }: HistoryEvent): Html => {
  const details = Object.entries(rest).find(([name]) => name.endsWith('Details'))?.[1];
  const fields: Record<string, unknown> = typeof details === 'object' && details !== null ? { ...details } : {};
  const name = fields.name === undefined ? '' : ` · ${fields.name}`;
  const shown = JSON.stringify(
    fields,
    (key, value) => (['input', 'output', 'parameters'].includes(key) ? readable(value) : value),
    2,
  );
  const more = Object.keys(fields).length > 0 ? html`<pre>${shown}</pre>` : html``;
  return html`<tr><td>${id}</td><td>${timestamp?.toISOString().slice(11, 19)}</td><td><details><summary>${type}${name}</summary>${more}</details></td></tr>`;
};

const readable = (value: unknown): unknown => {
  try {
    return JSON.parse(String(value));
  } catch {
    return value;
  }
};
