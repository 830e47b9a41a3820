import { Airlock, badCsv, goodCsv } from '../support/airlock.ts';
import { askAsOperator, LinkClient } from '../support/api-client.ts';
import { linkOf } from '../support/partner-page.ts';

type Function = 'answer-partner' | 'answer-operator';

/** What a caller asks, and how that is answered. */
type Question = (stage: { airlock: Airlock; link: LinkClient; requestId: string }) => Promise<number>;

const show: Question = async ({ link }) => (await link.show()).status;
const start: Question = async ({ link }) => (await link.start(goodCsv)).status;
const sayNothing: Question = async ({ link }) =>
  (await link.ask('POST', '/nothing-to-deliver', { reason: 'x' })).status;
const renew: Question = async ({ link }) => (await link.ask('POST', '/renewal', {})).status;
const takeReport: Question = async ({ link }) => (await link.ask('GET', '/report/report.en.html')).status;

const operator =
  (method: string, what: string, body?: object): Question =>
  async ({ airlock, requestId }) =>
    (await askAsOperator(airlock, method, `/requests/${requestId}${what}`, body)).status;
const waive = operator('POST', '/waive', { reason: 'x' });
const openAnother: Question = async ({ airlock }) => {
  const scheduledTime = new Date((await airlock.now()) + 40 * 86_400_000).toISOString();
  return (await askAsOperator(airlock, 'POST', '/requests', { partner: 'acme', feed: 'files', scheduledTime })).status;
};

const openAgain: Question = async ({ airlock, requestId }) => {
  const [partner, feed, period] = requestId.split('_');
  return (await askAsOperator(airlock, 'POST', '/requests', { partner, feed, period })).status;
};

/** Every statement of the functions behind the API, and a question that cannot be answered without it. */
const table: Record<Function, Record<string, Question>> = {
  'answer-partner': {
    ProveLinks: show,
    ReadDeliveries: show,
    FindDeliveries: show,
    FindUploads: show,
    Decrypt: show,
    RecordUploadsAndWords: start,
    Encrypt: start,
    BecomeSigner: start,
    BecomeReportReader: takeReport,
    CompleteTasks: sayNothing,
    SendMail: renew,
    TellOperators: renew,
  },
  'answer-operator': {
    ReadRequests: operator('GET', ''),
    FindRequests: operator('GET', ''),
    Decrypt: operator('GET', ''),
    RecordOrders: waive,
    Encrypt: waive,
    CompleteTasks: waive,
    BecomeReader: operator('GET', '/report'),
    MakeLinkSecrets: openAnother,
    LookAtOwners: openAgain,
    StartRequests: openAnother,
    RedriveRequests: operator('POST', '/redrive', { reason: 'x' }),
  },
};

const rows = Object.entries(table).flatMap(([fn, statements]) =>
  Object.entries(statements).map(([sid, ask]) => ({ fn, sid, ask })),
);
const roleOf = (fn: string): string =>
  `Airlock-dev-AirlockFunctions${fn.replaceAll(/(^|-)([a-z])/g, (_, __, letter) => letter.toUpperCase())}Role`;

describe('a function behind the API', () => {
  let airlock: Airlock;
  let link: LinkClient;
  let requestId: string;
  beforeAll(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/files');
    link = new LinkClient(await linkOf(airlock));
    requestId = (await link.show()).body.requestId;
    await askAsOperator(airlock, 'GET', `/requests/${requestId}`);
    // So that there is a report.
    await link.upload(badCsv);
    await airlock.settle();
  });
  afterAll(() => airlock.stop());

  it.each(Object.keys(table))('%s has no statement that this table does not try', async (fn) => {
    const tried = [
      ...Object.keys(fn === 'answer-partner' ? table[fn] : table['answer-operator']),
      'WriteLogs',
      'WriteTraces',
    ];
    const { statements } = await airlock.policyOf(roleOf(fn));
    expect(statements.map(({ Sid }) => Sid).sort()).toEqual(tried.sort());
  });

  it('answer-page may do nothing at all but write its log', async () => {
    const { statements } = await airlock.policyOf(roleOf('answer-page'));
    expect(statements.map(({ Sid }) => Sid)).toEqual(['WriteLogs', 'WriteTraces']);
  });

  it.each(rows)(
    '$fn without $sid answers 500, says nothing of it, and logs what it lacks',
    async ({ fn, sid, ask }) => {
      const before = airlock.logLines(fn).length;
      await airlock.withoutPermission(roleOf(fn), sid, async () => {
        expect(await ask({ airlock, link, requestId })).toBe(500);
      });
      const said = JSON.stringify(airlock.logLines(fn).slice(before));
      expect(said).toMatch(/is not authorized to perform: [a-z0-9]+:\w+ on resource: (arn:aws:|\*)/);
      await airlock.settle();
    },
  );
});
