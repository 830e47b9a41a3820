import type { Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';

/** Product time, and ways to move it. */
export const clockPage = async (endpoint: Endpoint): Promise<Html> => {
  const { now, nextDueAt } = await endpoint.clock();
  const steps = ['PT1M', 'PT15M', 'PT1H', 'PT6H', 'P1D'];
  return html`<p class="lead"><time datetime="${now}">${now}</time></p>
<p>Next thing due: ${nextDueAt ?? 'nothing is planned'}</p>
<form method="post" action="/clock/move"><p><button name="next" value="true">Go to the next thing due</button></p>
<p>${steps.map((step) => html`<button name="advance" value="${step}">+ ${step}</button> `)}</p></form>
<p class="dim">Moving the clock stops at every due moment in order: reminders, escalations and schedules happen as they would have.</p>`;
};
