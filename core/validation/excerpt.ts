/** Bytes of a stranger, made safe to show: no control characters, at most so many characters. */
export const excerpt = (text: string, most: number): string => {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return short.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '·');
};
