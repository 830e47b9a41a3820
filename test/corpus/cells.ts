import type { Case } from './case.ts';

/** A file with one column of one type, and one row for each value. */
const values = (
  type: string,
  field: object,
  good: readonly string[],
  bad: Readonly<Record<string, string>>,
  more: object = {},
): Case[] => {
  const schemaContent = { fields: [{ name: 'v', type, ...field }, { name: 'n' }], ...more };
  const quoted = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const label = [type, ...Object.entries(field).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(', ');
  return [
    ...good.map((value) => ({
      name: `${label}: ${JSON.stringify(value)}`,
      content: `v,n\n${quoted(value)},x\n`,
      rules: { schemaContent },
      found: [],
    })),
    ...Object.entries(bad).map(([value, id]) => ({
      name: `${label}: not ${JSON.stringify(value)}`,
      content: `v,n\n${quoted(value)},x\n`,
      rules: { schemaContent },
      found: [`${id} 2:v ${id === 'cell.required' ? 'nothing' : value}`],
    })),
  ];
};

const integer = 'cell.type#integer';
const number = 'cell.type#number';
const comma = 'cell.type#decimalComma';
const date = 'cell.type#date';
const other = 'cell.type#other';
const limit = (what: string): string => `cell.constraint#${what}`;

export const cells: readonly Case[] = [
  ...values('integer', {}, ['0', '42', '-7', '+7', '007', '123456789012345678901234567890', ''], {
    '1.0': integer,
    '1e3': integer,
    x: integer,
    ' 1': integer,
    '1 ': integer,
    '٣': integer,
    '1_000': integer,
    '--1': integer,
    '1,5': comma,
    '1.234,00': comma,
    NaN: integer,
  }),
  ...values('integer', { groupChar: '.' }, ['1.234', '1.234.567', '12'], { '1.23': integer, '1,234': integer }),
  ...values('integer', { bareNumber: false }, ['42', '42€', '€42', '95%'], { x: integer }),
  ...values('integer', { constraints: { minimum: 1, maximum: 10 } }, ['1', '10', '+5', '0005'], {
    0: limit('minimum'),
    11: limit('maximum'),
    '-1': limit('minimum'),
    '99999999999999999999': limit('maximum'),
  }),
  ...values('integer', { constraints: { exclusiveMinimum: 0, exclusiveMaximum: 2 } }, ['1'], {
    0: limit('exclusiveMinimum'),
    2: limit('exclusiveMaximum'),
  }),
  ...values('number', {}, ['1', '1.5', '.5', '1.', '-1.5', '+0.1', '1e5', '1E-5', '0.1234567890123456789'], {
    '1,5': comma,
    '1.234,50': comma,
    '1 234.5': number,
    INF: number,
    NaN: number,
    '0x10': number,
    '1.2.3': number,
    '.': number,
    '-': number,
    '12€': number,
  }),
  ...values('number', { decimalChar: ',', groupChar: '.' }, ['1,5', '1.234,50', '1234,50', '12'], {
    '1.5': number,
    '1,5,5': number,
  }),
  ...values('number', { constraints: { minimum: 0.1, maximum: 0.3 } }, ['0.1', '0.2', '0.30', '0.3'], {
    '0.09999': limit('minimum'),
    '0.30001': limit('maximum'),
    1: limit('maximum'),
    '1e9': limit('maximum'),
  }),
  ...values('boolean', {}, ['true', 'false', 'TRUE', 'False', '1', '0'], {
    yes: 'cell.type#boolean',
    tRUE: 'cell.type#boolean',
    2: 'cell.type#boolean',
  }),
  ...values('boolean', { trueValues: ['ja'], falseValues: ['nein'] }, ['ja', 'nein'], {
    true: 'cell.type#boolean',
    JA: 'cell.type#boolean',
  }),
  ...values('date', {}, ['2026-11-22', '2024-02-29', '2000-02-29', '2026-01-31', '2026-04-30', '0001-01-01'], {
    '22.11.2026': date,
    '11/22/2026': date,
    '2026-22-11': 'cell.type#dayMonthSwapped',
    '2026-13-05': 'cell.type#dayMonthSwapped',
    '2026-02-29': 'cell.type#noSuchDay',
    '2026-02-30': 'cell.type#noSuchDay',
    '2026-04-31': 'cell.type#noSuchDay',
    '1900-02-29': 'cell.type#noSuchDay',
    '2026-00-10': 'cell.type#noSuchDay',
    '2026-11-00': 'cell.type#noSuchDay',
    '2026-1-2': date,
    '20261122': date,
    '2026-11-22T00:00:00': date,
    46348: date,
    '2026/11/22': date,
  }),
  ...values('date', { format: '%d.%m.%Y' }, ['22.11.2026', '29.02.2024', '31.12.1999'], {
    '2026-11-22': date,
    '31.02.2026': 'cell.type#noSuchDay',
    '11.22.2026': 'cell.type#dayMonthSwapped',
    '1.2.2026': date,
  }),
  ...values('date', { format: '%d/%m/%y' }, ['22/11/26', '01/01/69'], {
    '22/11/2026': date,
    '31/02/26': 'cell.type#noSuchDay',
  }),
  ...values('date', { format: 'any' }, ['22 November 2026', '2026-11-22'], { never: date }),
  ...values('date', { constraints: { minimum: '2026-01-01', maximum: '2026-12-31' } }, ['2026-01-01', '2026-12-31'], {
    '2025-12-31': limit('minimum'),
    '2027-01-01': limit('maximum'),
  }),
  ...values(
    'datetime',
    {},
    ['2026-11-22T07:41:00Z', '2026-11-22T07:41:00', '2026-11-22T07:41:00.125+01:00', '2026-01-31T23:59:59Z'],
    {
      '2026-11-22': 'cell.type#datetime',
      '2026-11-22 07:41:00': 'cell.type#datetime',
      '2026-02-30T07:41:00Z': 'cell.type#datetime',
      '2026-11-22T24:00:00Z': 'cell.type#datetime',
      '2026-11-22T07:60:00Z': 'cell.type#datetime',
    },
  ),
  ...values('datetime', { format: '%d.%m.%Y %H:%M' }, ['22.11.2026 07:41', '29.02.2024 00:00'], {
    '22.11.2026': 'cell.type#datetime',
    '31.02.2026 07:41': 'cell.type#datetime',
  }),
  ...values('datetime', { constraints: { minimum: '2026-11-22T07:00:00Z' } }, ['2026-11-22T08:30:00+01:00'], {
    '2026-11-22T07:30:00+01:00': limit('minimum'),
  }),
  ...values('time', {}, ['07:41:00', '23:59:59', '00:00:00.5'], {
    '7:41:00': 'cell.type#time',
    '24:00:00': 'cell.type#time',
    '07:41': 'cell.type#time',
  }),
  ...values('time', { format: '%H:%M' }, ['07:41'], { '07:41:00': 'cell.type#time', '25:00': 'cell.type#time' }),
  ...values('year', {}, ['2026', '-0001'], { 26: other, 20261: other }),
  ...values('yearmonth', {}, ['2026-11'], { '2026-13': other, '2026-1': other, 202611: other }),
  ...values('duration', {}, ['P1D', 'PT4H', 'P1Y2M3DT4H5M6.5S', 'P2W'], {
    '1 day': other,
    P: other,
    PT: other,
    P1H: other,
  }),
  ...values('geopoint', {}, ['8.68, 50.11', '8.68,50.11'], { '190, 50': other, '8.68': other, 'a, b': other }),
  ...values('geopoint', { format: 'array' }, ['[8.68, 50.11]'], { '[8.68]': other, '8.68, 50.11': other }),
  ...values('geopoint', { format: 'object' }, ['{"lon": 8.68, "lat": 50.11}'], { '{"lon": 8.68}': other }),
  ...values('geojson', {}, ['{"type": "Point", "coordinates": [1, 2]}'], { '{"type": "Blob"}': other, x: other }),
  ...values('object', {}, ['{}', '{"a": 1}'], { '[]': other, '{': other, 1: other }),
  ...values('array', {}, ['[]', '[1, "a"]'], { '{}': other, '[1': other }),
  ...values('any', {}, ['x', '1', '', '日本'], {}),
  ...values(
    'string',
    { format: 'email' },
    ['a@b.example', 'first.last+tag@mail.company.example', 'müller@firma.example'],
    { 'a@b': other, 'a b@c.example': other, '@b.example': other, 'a@@b.example': other },
  ),
  ...values('string', { format: 'uri' }, ['https://a.example/x?y=1', 'urn:isbn:0451450523'], {
    'not a uri': other,
    'a.example': other,
  }),
  ...values(
    'string',
    { format: 'uuid' },
    ['9c0f8b4e-5a0e-4c0e-9a51-2f6b8f1f7a10', '9C0F8B4E-5A0E-4C0E-9A51-2F6B8F1F7A10'],
    { '9c0f8b4e5a0e4c0e9a512f6b8f1f7a10': other, x: other },
  ),
  ...values('string', { format: 'binary' }, ['QQ==', 'QUJD', 'QUI='], { Q: other, 'Q===': other }),
  ...values('string', { constraints: { minLength: 2, maxLength: 4 } }, ['ab', 'abcd', 'äöüß', '🙂🙂'], {
    a: limit('minLength'),
    abcde: limit('maxLength'),
    '🙂': limit('minLength'),
    äöüßx: limit('maxLength'),
  }),
  ...values('string', { constraints: { pattern: 'A-[0-9]{3}' } }, ['A-123'], {
    'a-123': limit('pattern'),
    'A-1234': limit('pattern'),
    'xA-123': limit('pattern'),
    'A-١٢٣': limit('pattern'),
  }),
  ...values('string', { constraints: { pattern: '(DE|AT)[0-9]+|X' } }, ['DE1', 'AT22', 'X'], {
    DE: limit('pattern'),
    CH1: limit('pattern'),
    XX: limit('pattern'),
  }),
  ...values('string', { constraints: { pattern: '(?=.*[0-9])[a-z0-9]+' } }, ['a1'], { ab: limit('pattern') }),
  ...values('string', { constraints: { pattern: '[\\p{Lu}]\\w*' } }, ['Ärger', 'Abc'], { abc: limit('pattern') }),
  ...values('string', { constraints: { enum: ['DE', 'AT', 'Côte d’Ivoire'] } }, ['DE', 'Côte d’Ivoire'], {
    de: limit('enum'),
    DEU: limit('enum'),
    CH: limit('enum'),
  }),
  ...values('integer', { constraints: { enum: [1, 2] } }, ['1', '2'], { 3: limit('enum') }),
  ...values('string', { constraints: { required: true } }, ['x', ' ', '0'], { '': 'cell.required' }),
  ...values('integer', { constraints: { required: true } }, ['0'], { '': 'cell.required' }),
  ...values('integer', {}, ['NA', '-', '7', ''], { NULL: integer }, { missingValues: ['', 'NA', '-'] }),
  ...values(
    'string',
    { constraints: { required: true } },
    ['x', ''],
    { NA: 'cell.required' },
    { missingValues: ['NA'] },
  ),
];

const keyed = (name: string, schemaContent: object, rows: readonly string[], found: readonly string[]): Case => ({
  name,
  content: `a,b\n${rows.join('\n')}\n`,
  rules: { schemaContent },
  found,
});
const unique = { fields: [{ name: 'a', constraints: { unique: true } }, { name: 'b' }] };
const key = { fields: [{ name: 'a' }, { name: 'b' }], primaryKey: ['a', 'b'] };

export const keys: readonly Case[] = [
  keyed('values that are all different', unique, ['1,x', '2,x', '3,x'], []),
  keyed('a value twice', unique, ['1,x', '2,x', '1,y'], ['cell.unique 4:a 1']),
  keyed('a value three times', unique, ['1,x', '1,x', '1,y'], ['cell.unique 3:a 1', 'cell.unique 4:a 1']),
  keyed('a value once in quotes, once without', unique, ['"1",x', '1,x'], ['cell.unique 3:a 1']),
  keyed(
    'a value with doubled quotes, twice',
    unique,
    ['"say ""a""",x', '"say ""a""",y', '"say ""b""",y'],
    ['cell.unique 3:a say "a"'],
  ),
  keyed('two cells without a value', unique, [',x', ',y'], []),
  keyed('values that differ in case', unique, ['a,x', 'A,y'], []),
  keyed('a key of two columns', key, ['1,x', '1,y', '2,x'], []),
  keyed('a key of two columns, twice', key, ['1,x', '1,y', '1,x'], ['cell.unique 4:a + b 1, x']),
  keyed('keys that only look the same together', key, ['1,23', '12,3'], []),
  keyed('a key with a part missing', key, ['1,'], ['cell.required 2:b nothing']),
  {
    name: 'a value that another file knows',
    content: 'c,n\nDE,1\nAT,2\n,3\n',
    rules: {
      schemaContent: {
        fields: [{ name: 'c' }, { name: 'n' }],
        foreignKeys: [{ fields: 'c', reference: { resource: 'countries.csv', fields: 'code' } }],
      },
      beside: { 'countries.csv': 'code,name\nDE,Germany\nAT,"Austria, Republic of"\n' },
    },
    found: [],
  },
  {
    name: 'a value that another file does not know',
    content: 'c,n\nDE,1\nXX,2\n',
    rules: {
      schemaContent: {
        fields: [{ name: 'c' }, { name: 'n' }],
        foreignKeys: [{ fields: 'c', reference: { resource: 'countries.csv', fields: 'code' } }],
      },
      beside: { 'countries.csv': 'code,name\nDE,Germany\n' },
    },
    found: ['cell.reference 3:c XX'],
  },
  {
    name: 'a formula',
    content: 'a,b\n=1+1,x\n+49 30 1,x\n-x,x\n@SUM(A1),x\n"\tx",x\n',
    found: ['=1+1', '+49 30 1', '-x', '@SUM(A1)', '·x'].map((got, index) => `?cell.formula ${index + 2}:a ${got}`),
  },
  {
    name: 'negative numbers are no formulas',
    content: 'a,b\n-1,x\n',
    rules: { schemaContent: { fields: [{ name: 'a', type: 'number' }, { name: 'b' }] } },
    found: [],
  },
];
