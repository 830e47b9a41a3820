import { commandsLike, grammarOf } from '../../cli/grammar.ts';
import { usage } from '../../cli/invocation.ts';

const takes = (...words: string[]) => {
  const grammar = grammarOf(usage, words);
  return grammar && [grammar.mostWords, [...grammar.flags].join(' ')];
};

describe('the usage', () => {
  it.each([
    [['validate'], [2, 'feed period html csv locale']],
    [['url'], [1, 'method bucket key seconds request attempt type size sha256']],
    [
      ['request', 'open'],
      [2, 'feed period at from to yes reason'],
    ],
    [
      ['request', 'snooze'],
      [3, 'until reason'],
    ],
    [
      ['feed', 'list'],
      [2, ''],
    ],
    [
      ['audit', 'verify'],
      [3, 'accepted key partner feed from to'],
    ],
    [
      ['dlq', 'redrive'],
      [3, ''],
    ],
  ])('says what %j takes', (words, expected) => {
    expect(takes(...words)).toEqual(expected);
  });

  it('names every command, and no other', () => {
    expect(takes('request')).toBeUndefined();
    expect(commandsLike(usage, 'feed')).toEqual(['feed list', 'feed show', 'feed check', 'feed pause', 'feed resume']);
    expect(commandsLike(usage, 'nothing').length).toBeGreaterThan(25);
  });
});
