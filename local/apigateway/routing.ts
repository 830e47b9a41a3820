import type { RouteRecord } from './http-api-record.ts';

/** A route that fits a request, and what its placeholders stand for. */
export interface Match {
  readonly route: RouteRecord;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * The most specific route: a full path before `{name}` before `{name+}`, a method before ANY, `$default` last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
 *
 * @param path decoded
 */
export const findRoute = (routes: readonly RouteRecord[], method: string, path: string): Match | undefined => {
  const matches = routes.flatMap((route) => {
    const fit = fitOf(route, method, path);
    return fit ? [{ route, ...fit }] : [];
  });
  return matches.sort((a, b) => (a.rank < b.rank ? 1 : -1))[0];
};

const fitOf = (
  { key }: RouteRecord,
  method: string,
  path: string,
): { rank: string; parameters: Record<string, string> } | undefined => {
  if (key === '$default') return { rank: '', parameters: {} };
  const [wanted, pattern = ''] = key.split(' ');
  if (wanted !== 'ANY' && wanted !== method) return undefined;
  const parts = segments(path);
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [index, segment] of segments(pattern).entries()) {
    const [, name, greedy] = /^\{([\w-]+)(\+)?\}$/.exec(segment) ?? [];
    const part = parts[index];
    if (part === undefined || part === '') return part === segment ? { rank, parameters } : undefined;
    if (name !== undefined && greedy) {
      parameters[name] = parts.slice(index).join('/');
      return { rank: `${rank}1`, parameters };
    }
    if (name === undefined && segment !== part) return undefined;
    if (name !== undefined) parameters[name] = part;
    rank += name === undefined ? '3' : '2';
  }
  if (parts.length !== segments(pattern).length) return undefined;
  return { rank: `${rank}${wanted === 'ANY' ? '' : '9'}`, parameters };
};

const segments = (path: string): string[] => path.slice(1).split('/');
