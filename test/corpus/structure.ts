import type { Case } from './case.ts';

/*
 * What RFC 4180 and csv-spectrum (https://github.com/max-mapper/csv-spectrum) care about, in files of our own: each of
 * them with every kind of line end, with and without a byte order mark, with and without a line end at its end.
 */
const sound: readonly { name: string; lines: readonly string[]; rows: number }[] = [
  { name: 'plain cells', lines: ['a,b', '1,2', '3,4'], rows: 2 },
  { name: 'a comma in quotes', lines: ['a,b', '"1,5",2'], rows: 1 },
  { name: 'doubled quotes', lines: ['a,b', '"say ""hi""",2'], rows: 1 },
  { name: 'nothing but a doubled quote', lines: ['a,b', '"""",""""""'], rows: 1 },
  { name: 'empty cells', lines: ['a,b,c', ',,', '1,,3'], rows: 2 },
  { name: 'empty cells in quotes', lines: ['a,b', '"",""'], rows: 1 },
  { name: 'JSON in a cell', lines: ['a,b', '1,"{""type"": ""Point"", ""at"": [1, 2]}"'], rows: 1 },
  { name: 'letters of many alphabets', lines: ['a,b', 'ä,ß', '日本,🙂', 'Ω,Ж'], rows: 3 },
  { name: 'spaces that belong to a cell', lines: ['a,b', ' 1 , 2'], rows: 1 },
  { name: 'one column', lines: ['a', '1', '2'], rows: 2 },
  { name: 'a header in quotes', lines: ['"a","b, c"', '1,2'], rows: 1 },
  { name: 'quotes around everything', lines: ['"a","b"', '"1","2"', '"3","4"'], rows: 2 },
  { name: 'tabs in cells', lines: ['a,b', '1\t2,3'], rows: 1 },
];

const lineEnds = { LF: '\n', 'CR LF': '\r\n', CR: '\r' };

const soundCases: Case[] = sound.flatMap(({ name, lines, rows }) =>
  Object.entries(lineEnds).flatMap(([ends, lineEnd]) =>
    ['', '\ufeff'].flatMap((mark) =>
      ['', lineEnd].map((last) => ({
        name: `${name}, ${ends}${mark ? ', with a BOM' : ''}${last ? '' : ', no line end at the end'}`,
        content: `${mark}${lines.join(lineEnd)}${last}`,
        rows,
        found: [],
      })),
    ),
  ),
);

const quoted = { LF: '\n', 'CR LF': '\r\n', CR: '\r' };
const quotedLineEnds: Case[] = Object.entries(quoted).map(([ends, lineEnd]) => ({
  name: `${ends} in quotes counts as a line`,
  content: `a,b\n"1${lineEnd}2",3\n4\n`,
  rows: 2,
  found: ['csv.columnCount 4 another number (1)'],
}));

const broken: Case[] = [
  {
    name: 'blank lines before the header',
    content: '\n\r\na,b\n1,2\n',
    rows: 1,
    found: ['?line.blank 1 a blank line', '?line.blank 2 a blank line'],
  },
  {
    name: 'nothing but blank lines',
    content: '\n\n',
    found: ['rows.none no rows', '?line.blank 1 a blank line', '?line.blank 2 a blank line'],
  },

  { name: 'a short row', content: 'a,b,c\n1,2\n1,2,3\n', found: ['csv.columnCount 2 another number (2)'] },
  { name: 'a long row', content: 'a,b\n1,2,3\n', found: ['csv.columnCount 2 another number (3)'] },
  { name: 'a trailing comma', content: 'a,b\n1,2,\n', found: ['csv.columnCount 2 another number (3)'] },
  {
    name: 'a decimal comma that was not quoted',
    content: 'n,amount\nx,12,50\n',
    rules: { schemaContent: { fields: [{ name: 'n' }, { name: 'amount', type: 'number' }] } },
    found: ['csv.columnCount#decimalComma 2 another number (3); it looks as if a number had a comma for decimals'],
  },
  { name: 'a blank line', content: 'a,b\n1,2\n\n3,4\n', rows: 2, found: ['?line.blank 3 a blank line'] },
  {
    name: 'blank lines at the end',
    content: 'a,b\n1,2\n\n\n',
    rows: 1,
    found: ['?line.blank 3 a blank line', '?line.blank 4 a blank line'],
  },
  {
    name: 'a quote in a field',
    content: 'a,b\n1,2"3\n4,5\n',
    rows: 2,
    found: ['csv.structure#quoteInField 2:b a quote inside an unquoted field'],
  },
  {
    name: 'a quote after a space',
    content: 'a,b\n1, "2"\n',
    found: ['csv.structure#quoteInField 2:b a quote inside an unquoted field'],
  },
  {
    name: 'inches',
    content: 'a,b\n1,19"\n2,21"\n',
    found: [
      'csv.structure#quoteInField 2:b a quote inside an unquoted field',
      'csv.structure#quoteInField 3:b a quote inside an unquoted field',
    ],
  },
  {
    name: 'text after a quote',
    content: 'a,b\n1,"2"3\n4,5\n',
    rows: 2,
    found: ['csv.structure#textAfterQuote 2:b text after a closing quote'],
  },
  {
    name: 'a space after a quote',
    content: 'a,b\n"1" ,2\n',
    found: ['csv.structure#textAfterQuote 2:a text after a closing quote'],
  },
  {
    name: 'a quote that is not doubled',
    content: 'a,b\n"say "hi"",2\n',
    found: ['csv.structure#textAfterQuote 2:a text after a closing quote'],
  },
  {
    name: 'a quote never closed',
    content: 'a,b\n1,2\n3,"4\n5,6\n7,8\n',
    found: ['csv.structure#neverClosed 3:b a quote that is never closed'],
  },
  {
    name: 'a quote never closed in the last cell',
    content: 'a,b\n1,"',
    found: ['csv.structure#neverClosed 2:b a quote that is never closed'],
  },
  {
    name: 'a quote in the header that is never closed',
    content: 'a,"b\n1,2\n',
    found: ['csv.structure#neverClosed 1 a quote that is never closed'],
  },
  {
    name: 'a quote inside the header',
    content: 'a,b"c\n1,2\n',
    found: ['csv.structure#quoteInField 1 a quote inside an unquoted field'],
  },
  {
    name: 'a row that breaks off',
    content: 'a,b,c\n1,2,3\n4,5',
    found: ['csv.truncated 3 a last row that breaks off (fields: 2)'],
  },
  { name: 'a last row that is too long', content: 'a,b\n1,2,3', found: ['csv.columnCount 2 another number (3)'] },
  { name: 'only a header', content: 'a,b\n', found: ['rows.none#onlyHeader only a header'] },
  { name: 'only a header without a line end', content: 'a,b', found: ['rows.none#onlyHeader only a header'] },
  { name: 'a NUL byte', content: 'a,b\n1,\u00002\n', found: ['encoding.nul 2 a NUL byte'] },
  {
    name: 'NUL bytes for cells',
    content: 'a,b\n\u0000,\u0000\n\u0000,\u0000\n',
    found: ['encoding.nul 2 a NUL byte', 'encoding.nul 3 a NUL byte'],
  },
  {
    name: 'several flaws at once',
    content: 'a,b\n1,2"\n3\n"4"x,5\n',
    found: [
      'csv.structure#quoteInField 2:b a quote inside an unquoted field',
      'csv.columnCount 3 another number (1)',
      'csv.structure#textAfterQuote 4:a text after a closing quote',
    ],
  },
];

const dialects: Case[] = [
  { name: 'semicolons', content: 'a;b\n1;"2;3"\n', rules: { dialect: { delimiter: ';' } }, rows: 1, found: [] },
  { name: 'tabs', content: 'a\tb\n1\t2,3\n', rules: { dialect: { delimiter: '\t' } }, rows: 1, found: [] },
  { name: 'pipes', content: 'a|b\n1|2\n', rules: { dialect: { delimiter: '|' } }, rows: 1, found: [] },
  { name: 'single quotes', content: "a,b\n'1,2',3\n", rules: { dialect: { quoteChar: "'" } }, rows: 1, found: [] },
  { name: 'no quotes at all', content: 'a,b\n"1,2"\n', rules: { dialect: { quoteChar: '' } }, rows: 1, found: [] },
  {
    name: 'a backslash before quotes',
    content: 'a,b\n"say \\"hi\\"",2\n',
    rules: { dialect: { escapeChar: '\\' } },
    rows: 1,
    found: [],
  },
  {
    name: 'comments',
    content: '# made by hand\na,b\n# nothing\n1,2\n',
    rules: { dialect: { commentChar: '#' } },
    rows: 1,
    found: [],
  },
  {
    name: 'spaces after commas',
    content: 'a, b\n1, "2, 3"\n',
    rules: { dialect: { skipInitialSpace: true } },
    rows: 1,
    found: [],
  },
  {
    name: 'no header, names from the schema',
    content: '1,x\n2,y\n',
    rules: { dialect: { header: false }, schemaContent: { fields: [{ name: 'n', type: 'integer' }, { name: 't' }] } },
    rows: 2,
    found: [],
  },
  {
    name: 'no header and a wrong cell',
    content: '1,x\nz,y\n',
    rules: { dialect: { header: false }, schemaContent: { fields: [{ name: 'n', type: 'integer' }, { name: 't' }] } },
    rows: 2,
    found: ['cell.type#integer 2:n z'],
  },
  {
    name: 'no header and no schema',
    content: '1,x\n2\n',
    rules: { dialect: { header: false } },
    rows: 2,
    found: ['csv.columnCount 2 another number (1)'],
  },
  {
    name: 'LF where CR LF is wanted',
    content: 'a,b\r\n1,2\n3,4\r\n',
    rules: { lineEnds: 'CR LF' },
    found: ['csv.lineEnding 1 lines that end with LF'],
  },
  {
    name: 'CR LF where LF is wanted',
    content: 'a,b\r\n1,2\r\n',
    rules: { lineEnds: 'LF' },
    found: ['csv.lineEnding 2 lines that end with CR LF'],
  },
  {
    name: 'a BOM where none is wanted',
    content: '\ufeffa,b\n1,2\n',
    rules: { severity: { 'encoding.bom': 'error' } },
    found: ['encoding.bom 1 a byte order mark before the first character'],
  },
];

const schema = { fields: [{ name: 'id', type: 'integer' }, { name: 'day', type: 'date' }, { name: 'name' }] };
const withSchema = (more: object = {}) => ({ schemaContent: { ...schema, ...more } });
const header = (name: string, content: string, found: readonly string[], more: object = {}): Case => ({
  name,
  content,
  found,
  rules: withSchema(more),
});

const headers: Case[] = [
  header('names as agreed', 'id,day,name\n1,2026-11-22,x\n', []),
  header('a missing column', 'id,name\n1,x\n', ['header.missing 1:day columns id, name']),
  header('an extra column', 'id,day,name,x\n1,,a,b\n', ['header.unexpected 1:x a column "x"']),
  header('another order', 'day,id,name\n,1,x\n', ['header.order 1 day, id, name']),
  header('a name twice', 'id,day,day\n1,,\n', [
    'header.duplicate 1:day the column day twice',
    'header.missing 1:name columns id, day, day',
  ]),
  header('another case', 'ID,Day,name\n1,,x\n', [
    'header.spelling 1:id a column "ID"',
    'header.spelling 1:day a column "Day"',
  ]),
  header('spaces around names', 'id, day ,name\n1,,x\n', ['header.spelling 1:day a column " day "']),
  header('translated names', 'Nummer,Tag,Bezeichnung\n1,2026-11-22,x\n', [
    'header.translated 1 other names: Nummer, Tag, Bezeichnung',
  ]),
  header('no header', '1,2026-11-22,x\n2,2026-11-22,y\n', ['header.absent 1 data in the first line']),
  header('semicolons instead of commas', 'id;day;name\n1;2026-11-22;x\n', ['csv.delimiter 1 fields separated by ;']),
  header('tabs instead of commas', 'id\tday\tname\n1\t2026-11-22\tx\n', ['csv.delimiter 1 fields separated by TAB']),
  header('pipes instead of commas', 'id|day|name\n1|2026-11-22|x\n', ['csv.delimiter 1 fields separated by |']),
  header('an extra column that may be', 'id,day,name,x\n1,,a,b\n', [], { fieldsMatch: 'subset' }),
  header('a column that may be missing', 'id,name\n1,x\n', [], { fieldsMatch: 'superset' }),
  header('another order that may be', 'day,id,name\n,1,x\n', [], { fieldsMatch: 'equal' }),
  header('a few columns that are known', 'x,id\n1,2\n', [], { fieldsMatch: 'partial' }),
  header('no column that is known', 'x,y\n1,2\n', ['header.missing 1 columns x, y'], { fieldsMatch: 'partial' }),
  header('a cell under an extra column', 'id,day,name,x\nz,,a,b\n', ['cell.type#integer 2:id z'], {
    fieldsMatch: 'subset',
  }),
];

export const structure: readonly Case[] = [...soundCases, ...quotedLineEnds, ...broken, ...dialects, ...headers];
