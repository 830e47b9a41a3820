import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { readFeed } from '../../core/feed-rules.ts';
import { eventsJsonSchema } from '../../tools/events-doc.ts';
import { evidenceJsonSchema } from '../../tools/evidence-doc.ts';
import { feedJsonSchema } from '../../tools/feed-schema.ts';
import { openApiDocument } from '../../tools/openapi.ts';
import { rulesDocument } from '../../tools/rules-doc.ts';
import { scaleDocument } from '../../tools/scale/scale-doc.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = globSync(['*.md', '{docs,local,statemachine,client}/**/*.md'], { cwd: root });

describe('the docs', () => {
  it('publish the feed schema that the code has (npm run docs)', () => {
    expect(read('docs/feed.schema.json')).toBe(feedJsonSchema());
  });

  it('publish the API that the code has (npm run docs)', () => {
    expect(read('docs/openapi.json')).toBe(openApiDocument());
    expect(read('docs/events.schema.json')).toBe(eventsJsonSchema());
    expect(read('docs/evidence.schema.json')).toBe(evidenceJsonSchema());
  });

  it('publish the rules for files that the code has (npm run docs)', () => {
    expect(read('docs/rules.md')).toBe(rulesDocument());
  });

  it('say what many partners at once meet, by the table of functions that the code has (npm run docs)', () => {
    expect(read('docs/scale.md')).toBe(scaleDocument());
  });

  it('show a set of files that a feed may ask for', () => {
    const [, example = ''] = /```yaml\n(file:\n {2}format: set\n.*?)```/s.exec(read('docs/rules.md')) ?? [];
    const orders = parse(read('test/feeds/acme/orders.yaml'));
    const schema = JSON.stringify({ fields: [{ name: 'id', type: 'integer' }] });
    const feed = readFeed({ partner: 'acme', feed: 'orders' }, { ...orders, ...parse(example) }, () => schema);
    expect(feed).toMatchObject({ feed: { file: { members: [{}, {}, { name: 'note.json' }] } } });
  });

  it.each(pages)('%s links only to files and sections that exist', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const target = join(root, path === '' ? page : join(dirname(page), path));
      if (!existsSync(target)) return true;
      if (anchor === undefined || !target.endsWith('.md')) return false;
      const sections = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => slug(title));
      return !sections.includes(anchor.slice(1));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it.each(pages)('%s names only npm scripts that exist', (page) => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(page).matchAll(/npm run ([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('have a runbook section for every red ending of the workflow', () => {
    const { States }: { States: Record<string, { Type: string; Error?: string }> } = JSON.parse(
      read('statemachine/upload-workflow.asl.json'),
    );
    const errors = Object.values(States).flatMap(({ Type, Error: error }) => (Type === 'Fail' && error ? [error] : []));
    const runbook = read('docs/runbook.md');
    expect(errors.filter((error) => !runbook.includes(`## ${error}`))).toEqual([]);
  });

  it('tell every state of the workflow in its table', () => {
    const { States }: { States: Record<string, unknown> } = JSON.parse(read('statemachine/upload-workflow.asl.json'));
    const page = read('statemachine/README.md');
    expect(Object.keys(States).filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
  });
});

const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
