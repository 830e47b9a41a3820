import type { Case } from './case.ts';

/*
 * What JSONTestSuite (https://github.com/nst/JSONTestSuite) cares about, in documents of our own: what every parser must
 * take, and what none may. Each is tried as a document and as a line.
 */
const sound: readonly string[] = [
  '{}',
  '[]',
  '""',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e5',
  '1E+5',
  '1e-5',
  '0.1e1',
  'true',
  'false',
  'null',
  ' 1 ',
  '\t[1]',
  '[1,2]',
  '[ 1 , 2 ]',
  '{"a":1}',
  '{ "a" : 1 , "b" : [] }',
  '{"":0}',
  '{"a":{"b":{"c":[null]}}}',
  '[[[[]]]]',
  '"\\u0041"',
  '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
  '"\\ud83d\\ude00"',
  '"ä日🙂"',
  '"\u2028"',
  '"\u007f"',
  '{"a":1,"b":2}',
  '123456789012345678901234567890',
  '1.7976931348623157e309',
  '[1.0]',
  `"${'x'.repeat(100)}"`,
  '["", ""]',
  '{"a b":"c"}',
  '[-1.5e+10]',
  '[true,false,null]',
  '"\\u00e4"',
  '{"\\u0061":1}',
];

/** Text, and the character where it stops to be JSON. */
const broken: readonly (readonly [string, number])[] = [
  ['[1,]', 4],
  ['[,1]', 2],
  ['[1 2]', 4],
  ['[1,,2]', 4],
  ['{"a"}', 5],
  ['{"a":}', 6],
  ['{"a":1,}', 8],
  ['{a:1}', 2],
  ["{'a':1}", 2],
  ['{"a":1 "b":2}', 8],
  ['{1:1}', 2],
  ['{"a"::1}', 6],
  ['01', 2],
  ['1.', 3],
  ['.5', 1],
  ['+1', 1],
  ['-', 2],
  ['-a', 2],
  ['1e', 3],
  ['1e+', 4],
  ['0x10', 2],
  ['NaN', 1],
  ['Infinity', 1],
  ['-Infinity', 2],
  ['nul', 1],
  ['True', 1],
  ['tru', 1],
  ['truex', 5],
  ['"\\x41"', 3],
  ['"\\u00g0"', 6],
  ['"\\', 3],
  ['"a\tb"', 3],
  ['"\u0001"', 2],
  ['[1]]', 4],
  ['{}}', 3],
  ['[1] x', 5],
  ['1 2', 3],
  ['"a" "b"', 5],
  ['// no', 1],
  ['[1 /* no */]', 4],
  ['\u00a0[1]', 1],
  ['[1;2]', 3],
  ["'a'", 1],
  ['undefined', 1],
  ['[1}', 3],
  ['{"a":1]', 7],
  ['\\u0041', 1],
  ['-01', 3],
  ['1.5.5', 4],
  ['[1.e5]', 4],
  ['--1', 2],
  ['[+1]', 2],
  ['{"a":tru}', 6],
  ['"\\u12"', 6],
];

/** Text that breaks off. */
const cut: readonly string[] = ['[', '{', '[1', '{"a"', '{"a":', '{"a":1', '{"a":1,', '[1,', '{"a":[1,{'];

const asDocument = { format: 'json', extension: 'json', maxBytes: '1MB' };
const asLines = { format: 'jsonl', extension: 'jsonl', maxBytes: '1MB' };
const syntax = (text: string, at: number, line: number): string => {
  const found = text.slice(at - 1, at + 7);
  const shown = [...Buffer.from(found).subarray(0, 12).toString()].join('').slice(0, 8);
  return `json.syntax ${line} ${shown === '' ? '…' : `"${shown.replaceAll(/[\p{Cc}\p{Cf}]/gu, '·')}"`} at character ${at}`;
};

const plain: Case[] = [
  ...sound.map((text) => ({ name: `JSON ${text}`, content: text, rules: asDocument, found: [] })),
  ...sound.map((text) => ({
    name: `a line ${text}`,
    content: `${text}\n${text}\n`,
    rules: asLines,
    rows: 2,
    found: [],
  })),
  ...broken.map(([text, at]) => ({
    name: `no JSON ${JSON.stringify(text)}`,
    content: `${text}\n\n1`,
    rules: asDocument,
    found: [syntaxOrCut(text, at)],
  })),
  ...broken.map(([text, at]) => ({
    name: `no line ${JSON.stringify(text)}`,
    content: `1\n${text}\n1\n`,
    rules: asLines,
    rows: 3,
    found: [syntax(text, at, 2)],
  })),
  ...cut.map((text) => ({
    name: `JSON that breaks off: ${text}`,
    content: text,
    rules: asDocument,
    found: ['json.truncated 1 a document that breaks off'],
  })),
  ...cut.map((text) => ({
    name: `a last line that breaks off: ${text}`,
    content: `1\n${text}`,
    rules: asLines,
    rows: 2,
    found: ['json.truncated 2 a document that breaks off'],
  })),
];

/** In a document line ends are white space: what a line lacks at its end may be what follows. */
function syntaxOrCut(text: string, at: number): string {
  if (at <= text.length) return syntax(`${text}\n\n1`, at, 1);
  if (text === '"\\') return 'json.syntax 1 "··1" at character 3';
  if (text === '-') return 'json.syntax 1 "··1" at character 2';
  return `json.syntax 1 "··1" at character ${at}`;
}

const order = {
  type: 'object',
  required: ['id', 'amount'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', pattern: '^A-[0-9]+$' },
    amount: { type: 'number', minimum: 0 },
    country: { enum: ['DE', 'AT'] },
    day: { type: 'string', format: 'date' },
    note: { type: ['string', 'null'], maxLength: 5 },
    items: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['sku'],
        properties: { sku: { type: 'string' }, count: { type: 'integer', minimum: 1 } },
      },
    },
    home: { $ref: '#/$defs/address' },
  },
  $defs: { address: { type: 'object', required: ['city'], properties: { city: { type: 'string', minLength: 1 } } } },
};
const line = (name: string, content: string, found: readonly string[], schemaContent: unknown = order): Case => ({
  name,
  content,
  found,
  rules: { ...asLines, schemaContent },
});

const bySchema: Case[] = [
  line('an order', '{"id":"A-1","amount":1}\n{"amount":0,"id":"A-2","note":null}\n', []),
  line(
    'an order with everything',
    '{"id":"A-1","amount":1.5,"country":"DE","day":"2026-11-22","note":"ä\\n","items":[{"sku":"x","count":2}],"home":{"city":"Köln"}}\n',
    [],
  ),
  line('a wrong type', '{"id":"A-1","amount":"1"}\n', ['json.schema#type 1:amount 1']),
  line('a missing property', '{"id":"A-1"}\n', ['json.schema#required 1 none of that name']),
  line('an unexpected property', '{"id":"A-1","amount":1,"x":2}\n', ['json.schema#unexpected 1:x a property "x"']),
  line('a pattern not met', '{"id":"B-1","amount":1}\n', ['json.schema#pattern 1:id B-1']),
  line('a number too small', '{"id":"A-1","amount":-1}\n', ['json.schema#minimum 1:amount -1']),
  line('a value that is not listed', '{"id":"A-1","amount":1,"country":"FR"}\n', ['json.schema#enum 1:country FR']),
  line('a day that does not exist', '{"id":"A-1","amount":1,"day":"2026-02-30"}\n', [
    'json.schema#format 1:day 2026-02-30',
  ]),
  line('a text too long', '{"id":"A-1","amount":1,"note":"abcdef"}\n', ['json.schema#other 1:note abcdef']),
  line('a text with escapes, too long', '{"id":"A-1","amount":1,"note":"\\n\\n\\n\\n\\n\\n"}\n', [
    'json.schema#other 1:note ······',
  ]),
  line('a text with escapes that is not', '{"id":"A-1","amount":1,"note":"\\u0041\\u0041\\n"}\n', []),
  line('an empty list', '{"id":"A-1","amount":1,"items":[]}\n', ['json.schema#other 1:items []']),
  line('something wrong deep inside', '{"id":"A-1","amount":1,"items":[{"sku":"x"},{"sku":"y","count":0}]}\n', [
    'json.schema#minimum 1:items[1].count 0',
  ]),
  line('something missing deep inside', '{"id":"A-1","amount":1,"items":[{}]}\n', [
    'json.schema#required 1:items[0] none of that name',
  ]),
  line('something wrong behind a reference', '{"id":"A-1","amount":1,"home":{"city":""}}\n', [
    'json.schema#other 1:home.city',
  ]),
  line('a list where a record is wanted', '[1]\n', ['json.schema#type 1 [1]']),
  line('the second line', '{"id":"A-1","amount":1}\n{"id":"A-2"}\n', ['json.schema#required 2 none of that name']),
  line('a number with an exponent', '{"id":"A-1","amount":1e2}\n', []),
  line('a large number', '{"id":"A-1","amount":123456789012345678901234567890}\n', []),
  line('a whole number written with decimals', '{"n":1.0}\n', [], { properties: { n: { type: 'integer' } } }),
  line('no whole number', '{"n":1.5}\n', ['json.schema#type 1:n 1.5'], { properties: { n: { type: 'integer' } } }),
  line('one of several schemas', '{"n":"x"}\n{"n":1}\n', [], {
    properties: { n: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
  }),
  line(
    'none of several schemas',
    '{"n":null}\n',
    ['json.schema#other 1:n null', 'json.schema#type 1:n null', 'json.schema#type 1:n null'],
    { properties: { n: { anyOf: [{ type: 'string' }, { type: 'integer' }] } } },
  ),
  line('no schema that takes anything', '{}\n', ['json.schema#other 1 {}'], false),
  line('a pattern found anywhere', '{"n":"xxabyy"}\n', [], { properties: { n: { type: 'string', pattern: 'ab' } } }),
  line('a pattern found nowhere', '{"n":"xxyy"}\n', ['json.schema#pattern 1:n xxyy'], {
    properties: { n: { type: 'string', pattern: 'ab' } },
  }),
  line('properties in any number', '{"a":1,"b":2}\n', [], { additionalProperties: { type: 'integer' } }),
  line('a wrong one of any number', '{"a":1,"b":"x"}\n', ['json.schema#type 1:b x'], {
    additionalProperties: { type: 'integer' },
  }),
  line('a name with an escape', '{"\\u0069d":"A-1","amount":1}\n', []),
];

const lines: Case[] = [
  { name: 'CR LF between lines', content: '{"a":1}\r\n{"a":2}\r\n', rules: asLines, rows: 2, found: [] },
  { name: 'no line end at the end', content: '{"a":1}\n{"a":2}', rules: asLines, rows: 2, found: [] },
  {
    name: 'blank lines',
    content: '{"a":1}\n\n{"a":2}\n',
    rules: asLines,
    rows: 2,
    found: ['?line.blank 2 a blank line'],
  },
  { name: 'a BOM before lines', content: '\ufeff{"a":1}\n', rules: asLines, rows: 1, found: [] },
  { name: 'a BOM before a document', content: '\ufeff{"a":1}', rules: asDocument, found: [] },
  {
    name: 'one document over many lines',
    content: '[\n  {"a": 1},\n  {"a": 2}\n]\n',
    rules: asLines,
    found: ['json.notLines 1 one JSON document over many lines'],
  },
  {
    name: 'no lines',
    content: '\n',
    rules: asLines,
    rows: 0,
    found: ['rows.none no rows', '?line.blank 1 a blank line'],
  },
  {
    name: 'text that is no UTF-8',
    content: Buffer.from('{"a":"ä"}\n', 'latin1'),
    rules: asLines,
    found: ['encoding.utf8 1 bytes in another encoding'],
  },
  {
    name: 'a document that is no UTF-8',
    content: Buffer.from('\n{"a":"ä"}', 'latin1'),
    rules: asDocument,
    found: ['encoding.utf8 2 bytes in another encoding'],
  },
  {
    name: 'a document wrong in its third line',
    content: '{\n "a": 1,\n "b": x\n}',
    rules: asDocument,
    found: ['json.syntax 3 "x\n}" at character 7'.replace('\n', '·')],
  },
  {
    name: 'a document against a schema',
    content: '{"id":"A-1","amount":-1}',
    rules: { ...asDocument, schemaContent: order },
    found: ['json.schema#minimum :amount -1'],
  },
  {
    name: 'nesting without end',
    content: '['.repeat(5000),
    rules: asDocument,
    found: ['json.syntax 1 "[[[[[[[[" at character 101'],
  },
];

export const documents: readonly Case[] = [...plain, ...bySchema, ...lines];
