import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Endpoint } from '../endpoint.ts';
import { type Html, html } from '../html.ts';

/** What lies in the five buckets. */
export const objectsPage = async (endpoint: Endpoint): Promise<Html> => {
  const { outputs } = await endpoint.status();
  const buckets = Object.entries(outputs).filter(([name]) => name.endsWith('BucketName'));
  const sections = await Promise.all(
    buckets.map(([name, bucket]) => section(endpoint, name.replace('BucketName', ''), bucket)),
  );
  return html`${sections}`;
};

const section = async (endpoint: Endpoint, title: string, bucket: string): Promise<Html> => {
  const { Contents = [], IsTruncated } = await endpoint.s3.send(
    new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 200 }),
  );
  const rows = Contents.map(
    ({ Key, Size, LastModified }) =>
      html`<tr><td>${Key}</td><td>${Size?.toLocaleString('en-GB')}</td><td class="dim">${LastModified?.toISOString().slice(0, 19).replace('T', ' ')}</td></tr>`,
  );
  const table = html`<table><thead><tr><th>Key</th><th>Bytes</th><th>Last changed</th></tr></thead><tbody>${rows}</tbody></table>`;
  const more = IsTruncated
    ? html`<p class="dim">The first 200. All of them: <code>aws s3 ls --recursive s3://${bucket}</code></p>`
    : html``;
  return html`<h2>${title} <span class="dim">${bucket}</span></h2>${rows.length > 0 ? table : html`<p class="dim">Empty.</p>`}${more}`;
};
