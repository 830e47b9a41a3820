import { Airlock, goodCsv } from '../support/airlock.ts';

describe('a link', () => {
  let airlock: Airlock;
  beforeAll(async () => {
    airlock = await Airlock.start();
    await airlock.open('acme/files');
  });
  afterAll(() => airlock.stop());
  it('x', async () => {
    const [mail] = await airlock.emails();
    console.log(mail?.text, airlock.output, goodCsv);
    const [url] = /http\S+/.exec(mail?.text ?? '') ?? [];
    const link = new URL(url ?? '');
    const page = await fetch(link);
    console.log(page.status, page.headers, (await page.text()).slice(0, 300));
    const id = link.pathname.split('/').at(-1);
    const view = await fetch(`${link.origin}/links/${id}`, {
      headers: { authorization: `Bearer ${link.hash.slice(1)}` },
    });
    console.log(view.status, await view.text());
  });
});
