import { DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';

/** What calls now, and everything that was published to the topics, newest first. */
export const alarmsPage = async (endpoint: Endpoint): Promise<Html> => {
  const { MetricAlarms: calling = [] } = await endpoint.cloudwatch.send(
    new DescribeAlarmsCommand({ StateValue: 'ALARM', MaxRecords: 100 }),
  );
  const published = [...(await endpoint.published())].reverse();
  const quiet = html`<p class="lead good">No alarm calls.</p>`;
  const messages = published.map(
    ({ at, subject, message, topicArn }) =>
      html`<tr><td class="dim whole">${at.slice(0, 19).replace('T', ' ')}</td><td class="dim whole">${topicArn.split(':').at(-1)}</td><td>${subject ?? message}</td></tr>`,
  );
  return html`${calling.length === 0 ? quiet : html`<ul class="lead">${calling.map(call)}</ul>`}
<h2>Published</h2>${
    messages.length === 0
      ? html`<p class="dim">Nothing yet.</p>`
      : html`<table><thead><tr><th>Time</th><th>Topic</th><th>Message</th></tr></thead><tbody>${messages}</tbody></table>`
  }`;
};

const call = ({ AlarmName, AlarmDescription, StateUpdatedTimestamp }: MetricAlarm): Html =>
  html`<li><strong class="bad">${AlarmName}</strong> <span class="dim">since ${StateUpdatedTimestamp?.toISOString().slice(0, 19).replace('T', ' ')}</span><br>${AlarmDescription}</li>`;
