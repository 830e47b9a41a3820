/** One shell word: nothing inside single quotes is special but the single quote itself. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A curl line that works as it is, in one line: `curl … -H 'name: value' … -T file 'URL'`. */
export const curlLine = (url: string, requiredHeaders: Readonly<Record<string, string>>, file: string): string => {
  const headers = Object.entries(requiredHeaders).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  return ['curl --fail-with-body', ...headers, `-T ${quote(file)}`, quote(url)].join(' ');
};
