import type { TableField } from '../../table-schema.ts';
import { clock, day, shortDay, uuid as uuidLooks } from '../looks.ts';

/*
 * The types of Table Schema as patterns and tests. A pattern says what is surely such a value by its looks alone; what it
 * does not take may still be one, and is judged by `test`.
 */

/** How a type's values look and are told apart. */
export interface Format {
  /** Whatever matches is such a value; undefined where looks cannot tell. */
  readonly surely?: string;
  test(value: string): boolean;
  readonly example: string;
  /** A number or text by which values are ordered, for `minimum` and `maximum`. */
  order?(value: string): number | string;
}

const anchored = (source: string): RegExp => new RegExp(`^(?:${source})$`, 'u');
const byPattern = (surely: string, example: string, order?: Format['order']): Format => {
  const expression = anchored(surely);
  return { surely, test: (value) => expression.test(value), example, ...(order && { order }) };
};

const isDay = (year: number, month: number, day: number): boolean => {
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
};

const zone = '(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?';

const isIsoDate = (value: string): boolean => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  return day !== undefined && isDay(Number(year), Number(month), Number(day));
};

const timePart = anchored(`T${clock}${zone}`);

/** A moment without an offset is taken for UTC. */
const momentOf = (value: string): number => Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(value) ? value : `${value}Z`);

/** Directives of strptime (https://docs.python.org/3/library/datetime.html#format-codes) that Table Schema formats may use. */
const directives: Readonly<Record<string, { pattern: string; surely: string; example: string }>> = {
  Y: { pattern: '(?<Y>\\d{4})', surely: '[0-9]{4}', example: '2026' },
  y: { pattern: '(?<y>\\d{2})', surely: '[0-9]{2}', example: '26' },
  m: { pattern: '(?<m>\\d{2})', surely: '(0[1-9]|1[0-2])', example: '11' },
  d: { pattern: '(?<d>\\d{2})', surely: shortDay, example: '22' },
  H: { pattern: '(?<H>[01]\\d|2[0-3])', surely: '([01][0-9]|2[0-3])', example: '07' },
  M: { pattern: '(?<M>[0-5]\\d)', surely: '[0-5][0-9]', example: '41' },
  S: { pattern: '(?<S>[0-5]\\d)', surely: '[0-5][0-9]', example: '09' },
  f: { pattern: '(?<f>\\d{1,6})', surely: '[0-9]{1,6}', example: '250' },
  z: { pattern: '(?<z>Z|[+-]\\d{2}:?\\d{2})', surely: '(Z|[+-][0-9]{2}:?[0-9]{2})', example: '+01:00' },
};

/** With the flag `u` a hyphen outside of a class must stand as it is. */
const escapePattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** A format of strptime. Two-digit years are those of POSIX: 69–99 are 19xx. */
const strptime = (format: string): Format => {
  const pieces = format.match(/%.|[^%]+/gsu) ?? [];
  const compile = (key: 'pattern' | 'surely' | 'example'): string =>
    pieces
      .map((piece) => {
        const directive = piece.startsWith('%') ? directives[piece.slice(1)] : undefined;
        const literal = piece === '%%' ? '%' : piece;
        return directive ? directive[key] : key === 'example' ? literal : escapePattern(literal);
      })
      .join('');
  const expression = anchored(compile('pattern'));
  const parts = (value: string) => {
    const {
      Y,
      y,
      m = '01',
      d = '01',
      H = '00',
      M = '00',
      S = '00',
      f = '0',
      z = 'Z',
    } = expression.exec(value)?.groups ?? {};
    const year = Y ?? (y === undefined ? '1970' : `${Number(y) < 69 ? '20' : '19'}${y}`);
    const offset = z === 'Z' ? z : `${z.slice(0, 3)}:${z.slice(-2)}`;
    return {
      day: `${year}-${m}-${d}`,
      moment: `${year}-${m}-${d}T${H}:${M}:${S}.${f.padEnd(3, '0').slice(0, 3)}${offset}`,
    };
  };
  return {
    surely: compile('surely'),
    test: (value) => expression.test(value) && isIsoDate(parts(value).day),
    example: compile('example'),
    order: (value) => Date.parse(parts(value).moment),
  };
};

const isJson = (value: string, is: (parsed: unknown) => boolean): boolean => {
  try {
    return is(JSON.parse(value));
  } catch {
    return false;
  }
};
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const isPoint = (longitude: unknown, latitude: unknown): boolean =>
  Math.abs(Number(longitude)) <= 180 && Math.abs(Number(latitude)) <= 90;

const geopoints: Readonly<Record<string, Format>> = {
  default: {
    test: (value) => {
      const [, longitude, latitude] = /^(-?\d+(?:\.\d+)?), ?(-?\d+(?:\.\d+)?)$/.exec(value) ?? [];
      return longitude !== undefined && isPoint(longitude, latitude);
    },
    example: '8.68, 50.11',
  },
  array: {
    test: (value) => isJson(value, (one) => Array.isArray(one) && one.length === 2 && isPoint(one[0], one[1])),
    example: '[8.68, 50.11]',
  },
  object: {
    test: (value) =>
      isJson(
        value,
        (one) => typeof one === 'object' && one !== null && 'lon' in one && 'lat' in one && isPoint(one.lon, one.lat),
      ),
    example: '{"lon": 8.68, "lat": 50.11}',
  },
};

const geometries =
  /^(Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon|GeometryCollection|Feature|FeatureCollection)$/;
const isGeoJson = (one: unknown): boolean =>
  typeof one === 'object' && one !== null && 'type' in one && geometries.test(String(one.type));

const strings: Readonly<Record<string, Format>> = {
  email: {
    surely: '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+',
    test: (value) => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u.test(value),
    example: 'name@company.example',
  },
  uri: { test: (value) => URL.canParse(value), example: 'https://company.example/' },
  uuid: byPattern(uuidLooks, '9c0f8b4e-5a0e-4c0e-9a51-2f6b8f1f7a10'),
  binary: byPattern('([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?', 'QWlybG9jaw=='),
};

const anything: Format = { surely: '', test: () => true, example: 'text' };

/** How numbers are written in a field. */
const numberFormat = ({ type, decimalChar = '.', groupChar, bareNumber = true }: TableField): Format => {
  const decimal = escapePattern(decimalChar);
  const group = groupChar === undefined ? undefined : escapePattern(groupChar);
  const whole = group === undefined ? '[0-9]+' : `[0-9]{1,3}(?:${group}[0-9]{3})+|[0-9]+`;
  const body =
    type === 'integer'
      ? `[+-]?(?:${whole})`
      : `[+-]?(?:(?:${whole})(?:${decimal}[0-9]*)?|${decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?`;
  const surely = bareNumber ? body : `[^0-9+-]*${body}[^0-9]*`;
  const expression = new RegExp(`^${bareNumber ? '' : '[^0-9+-]*'}(${body})${bareNumber ? '' : '[^0-9]*'}$`, 'u');
  return {
    surely,
    test: (value) => expression.test(value),
    example: type === 'integer' ? '42' : `1234${decimalChar}50`,
    order: (value) => {
      const digits = expression.exec(value)?.[1] ?? '';
      return Number((groupChar === undefined ? digits : digits.replaceAll(groupChar, '')).replace(decimalChar, '.'));
    },
  };
};

/** A number as digits with a point, whatever its field calls for: `1.234,50 €` is `1234.50`. */
export const plainNumber = ({ decimalChar = '.', groupChar, bareNumber = true }: TableField, value: string): string => {
  const bare = bareNumber ? value : value.replaceAll(/^[^0-9+-]+|[^0-9]+$/g, '');
  const whole = groupChar === undefined ? bare : bare.replaceAll(groupChar, '');
  return decimalChar === '.' ? whole : whole.replace(decimalChar, '.');
};

/** A field whose numbers are plain: digits and a point. The kernel reads these by itself. */
export const isPlainNumber = ({ type, decimalChar = '.', groupChar, bareNumber = true }: TableField): boolean =>
  (type === 'number' || type === 'integer') && decimalChar === '.' && groupChar === undefined && bareNumber;

const defaultTrue = ['true', 'True', 'TRUE', '1'];
const defaultFalse = ['false', 'False', 'FALSE', '0'];

/** What a boolean field may say. */
export const booleanValues = ({
  trueValues = defaultTrue,
  falseValues = defaultFalse,
}: TableField): readonly string[] => [...trueValues, ...falseValues];

const dateFormats: Readonly<Record<'date' | 'datetime' | 'time', Format>> = {
  date: { surely: day, test: isIsoDate, example: '2026-11-22', order: (value) => value },
  datetime: {
    surely: `${day}T${clock}${zone}`,
    test: (value) => isIsoDate(value.slice(0, 10)) && timePart.test(value.slice(10)),
    example: '2026-11-22T07:41:00Z',
    order: momentOf,
  },
  time: byPattern(clock, '07:41:00', (value) => value),
};

/** What `any` takes: whatever the machine can read. Not exact, as its name says. */
const anyMoment = (example: string): Format => ({
  test: (value) => !Number.isNaN(Date.parse(value)),
  example,
  order: (value) => Date.parse(value),
});

/** How the values of a field look. */
export const formatOf = (field: TableField): Format => {
  const { type, format = 'default' } = field;
  switch (type) {
    case 'string':
      return strings[format] ?? anything;
    case 'integer':
    case 'number':
      return numberFormat(field);
    case 'boolean': {
      const values = booleanValues(field);
      return {
        surely: values.map(escapePattern).join('|'),
        test: (value) => values.includes(value),
        example: values[0] ?? '',
      };
    }
    case 'date':
    case 'datetime':
    case 'time':
      if (format === 'default') return dateFormats[type];
      if (format !== 'any') return strptime(format);
      return type === 'time' ? dateFormats.time : anyMoment(dateFormats[type].example);
    case 'year':
      return byPattern('-?[0-9]{4}', '2026', Number);
    case 'yearmonth':
      return byPattern('[0-9]{4}-(0[1-9]|1[0-2])', '2026-11', (value) => value);
    case 'duration':
      return {
        test: (value) => /^-?P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/.test(value),
        example: 'P1DT12H',
      };
    case 'geopoint':
      return geopoints[format] ?? anything;
    case 'geojson':
      return { test: (value) => isJson(value, isGeoJson), example: '{"type": "Point", "coordinates": [8.68, 50.11]}' };
    case 'object':
      return { test: (value) => isJson(value, isObject), example: '{"key": "value"}' };
    case 'array':
      return { test: (value) => isJson(value, Array.isArray), example: '[1, 2]' };
    case 'any':
      return anything;
  }
};
