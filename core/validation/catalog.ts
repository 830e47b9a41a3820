import type { Locale } from '../locales.ts';

/*
 * Everything that can be said of a file, in every language we speak: one place for mails, page, reports and API, so that
 * they all say the same. `{name}` is filled with what the finding knows. A message belongs to the rule before its `#`.
 */

/** What is expected, what came instead where the file's own text does not say it, and how to mend it. */
export interface Words {
  readonly expected: string;
  readonly got?: string;
  readonly fix: string;
}

type Message = Readonly<Record<Locale, Words>>;

const says = (en: Words, de: Words): Message => ({ en, de });

const sendUtf8 = {
  en: 'save the file as UTF-8 (in Excel: "CSV UTF-8")',
  de: 'Datei als UTF-8 speichern (in Excel: „CSV UTF-8“)',
};
const exportAgain = { en: 'export the data again', de: 'Daten noch einmal exportieren' };
const lookAtLine = {
  en: 'look at this line; export the file again with a program that quotes fields',
  de: 'diese Zeile ansehen; die Datei mit einem Programm exportieren, das Felder in Anführungszeichen setzt',
};
const contentOf = (got: Readonly<Record<Locale, string>>, fix: Readonly<Record<Locale, string>>): Message =>
  says(
    { expected: 'a {format} file', got: got.en, fix: fix.en },
    { expected: 'eine {format}-Datei', got: got.de, fix: fix.de },
  );

export const catalog = {
  'size.empty': says(
    { expected: 'a file with content', got: '0 bytes', fix: 'export the file again' },
    { expected: 'eine Datei mit Inhalt', got: '0 Byte', fix: 'die Datei noch einmal exportieren' },
  ),
  'size.tooSmall': says(
    { expected: 'at least {min} bytes', got: '{size} bytes', fix: 'check that the export was complete' },
    { expected: 'mindestens {min} Byte', got: '{size} Byte', fix: 'prüfen, ob der Export vollständig war' },
  ),
  'size.tooLarge': says(
    {
      expected: 'at most {max} bytes',
      got: '{size} bytes',
      fix: 'send less in one file, or ask us to raise the limit',
    },
    {
      expected: 'höchstens {max} Byte',
      got: '{size} Byte',
      fix: 'weniger in einer Datei senden, oder uns um eine höhere Grenze bitten',
    },
  ),
  'name.extension': says(
    { expected: '.{extension}', fix: 'check that this is the right file' },
    { expected: '.{extension}', fix: 'prüfen, ob es die richtige Datei ist' },
  ),
  'checksum.mismatch': says(
    { expected: 'the SHA-256 that was announced, {announced}', fix: 'send the file again: it changed on the way' },
    {
      expected: 'die angekündigte SHA-256-Prüfsumme {announced}',
      fix: 'die Datei noch einmal senden: Sie hat sich unterwegs verändert',
    },
  ),
  'file.repeated': says(
    {
      expected: 'new data for {period}',
      got: 'exactly the file that was accepted for {earlier}',
      fix: 'check that the right file was exported, and send that of {period}',
    },
    {
      expected: 'neue Daten für {period}',
      got: 'genau die Datei, die für {earlier} angenommen wurde',
      fix: 'prüfen, ob die richtige Datei exportiert wurde, und die für {period} senden',
    },
  ),
  'content.type': says(
    { expected: 'a {format} file', fix: 'send the {format} file itself' },
    { expected: 'eine {format}-Datei', fix: 'die {format}-Datei selbst senden' },
  ),
  'content.type#form': contentOf(
    {
      en: 'a web form envelope around the file (multipart/form-data)',
      de: 'die Datei im Umschlag eines Webformulars (multipart/form-data)',
    },
    {
      en: 'send the file itself as the body of the PUT, not a form: curl -T FILE, or fetch(url, { body: file })',
      de: 'die Datei selbst als Inhalt des PUT senden, kein Formular: curl -T DATEI, oder fetch(url, { body: file })',
    },
  ),
  'content.type#excel': contentOf(
    { en: 'an Excel workbook', de: 'eine Excel-Arbeitsmappe' },
    {
      en: 'in Excel choose "Save as" and "CSV UTF-8"; renaming the file is not enough',
      de: 'in Excel „Speichern unter“ und „CSV UTF-8“ wählen; umbenennen genügt nicht',
    },
  ),
  'content.type#zip': contentOf(
    { en: 'a ZIP archive', de: 'ein ZIP-Archiv' },
    { en: 'send the file that is in it', de: 'die Datei senden, die darin ist' },
  ),
  'content.type#gzip': contentOf(
    { en: 'a gzip file', de: 'eine gzip-Datei' },
    { en: 'decompress it before sending', de: 'vor dem Senden entpacken' },
  ),
  'content.type#parquet': contentOf(
    { en: 'a Parquet file', de: 'eine Parquet-Datei' },
    { en: 'export the data in the format that was asked for', de: 'die Daten im verlangten Format exportieren' },
  ),
  'content.type#notParquet': contentOf(
    { en: 'a file without the beginning and the end of one', de: 'eine Datei ohne deren Anfang und Ende' },
    {
      en: 'send the whole Parquet file as it was written',
      de: 'die ganze Parquet-Datei senden, so wie sie geschrieben wurde',
    },
  ),
  'content.type#pdf': contentOf({ en: 'a PDF document', de: 'ein PDF-Dokument' }, exportAgain),
  'content.type#image': contentOf({ en: 'an image', de: 'ein Bild' }, exportAgain),
  'content.type#binary': contentOf({ en: 'bytes that are no text', de: 'Bytes, die kein Text sind' }, exportAgain),
  'content.type#html': contentOf(
    {
      en: 'a web page (HTML), perhaps an error page that was saved',
      de: 'eine Webseite (HTML), vielleicht eine gespeicherte Fehlerseite',
    },
    {
      en: 'open the file, find out what it says, and export the data again',
      de: 'die Datei öffnen, lesen, was darin steht, und die Daten noch einmal exportieren',
    },
  ),
  'content.type#xml': contentOf(
    { en: 'XML, perhaps an error message that was saved', de: 'XML, vielleicht eine gespeicherte Fehlermeldung' },
    {
      en: 'open the file, find out what it says, and export the data again',
      de: 'die Datei öffnen, lesen, was darin steht, und die Daten noch einmal exportieren',
    },
  ),
  'content.type#json': contentOf({ en: 'JSON', de: 'JSON' }, exportAgain),
  'content.type#compressed': says(
    { expected: 'a file that is not compressed', got: '{got}', fix: 'send it as it is' },
    { expected: 'eine Datei, die nicht gepackt ist', got: '{got}', fix: 'ungepackt senden' },
  ),
  'encoding.utf16': says(
    { expected: 'UTF-8 text', got: 'UTF-16 text', fix: sendUtf8.en },
    { expected: 'Text in UTF-8', got: 'Text in UTF-16', fix: sendUtf8.de },
  ),
  'encoding.utf8': says(
    { expected: 'UTF-8 text', got: 'bytes in another encoding', fix: sendUtf8.en },
    { expected: 'Text in UTF-8', got: 'Bytes in einer anderen Kodierung', fix: sendUtf8.de },
  ),
  'encoding.declared': says(
    {
      expected: '{encoding} text',
      got: 'bytes that are none',
      fix: 'save the file as {encoding}, or as UTF-8 and tell us',
    },
    {
      expected: 'Text in {encoding}',
      got: 'Bytes, die keiner sind',
      fix: 'die Datei als {encoding} speichern, oder als UTF-8 und uns Bescheid geben',
    },
  ),
  'encoding.nul': says(
    { expected: 'text', got: 'a NUL byte', fix: 'export the file again as text; it is damaged or binary' },
    {
      expected: 'Text',
      got: 'ein NUL-Byte',
      fix: 'die Datei noch einmal als Text exportieren; sie ist beschädigt oder binär',
    },
  ),
  'encoding.bom': says(
    {
      expected: 'a file without a byte order mark',
      got: 'a byte order mark before the first character',
      fix: 'save the file as UTF-8 without BOM',
    },
    {
      expected: 'eine Datei ohne Byte-Reihenfolge-Marke (BOM)',
      got: 'eine solche Marke vor dem ersten Zeichen',
      fix: 'die Datei als UTF-8 ohne BOM speichern',
    },
  ),
  'csv.structure#quoteInField': says(
    {
      expected: 'quotes only around a whole field, and doubled inside it',
      got: 'a quote inside an unquoted field',
      fix: lookAtLine.en,
    },
    {
      expected: 'Anführungszeichen nur um ein ganzes Feld, und darin verdoppelt',
      got: 'ein Anführungszeichen mitten in einem Feld',
      fix: lookAtLine.de,
    },
  ),
  'csv.structure#textAfterQuote': says(
    {
      expected: 'a separator or the end of the line after a closing quote',
      got: 'text after a closing quote',
      fix: lookAtLine.en,
    },
    {
      expected: 'ein Trennzeichen oder das Zeilenende nach dem schließenden Anführungszeichen',
      got: 'Text nach dem schließenden Anführungszeichen',
      fix: lookAtLine.de,
    },
  ),
  'csv.structure#neverClosed': says(
    {
      expected: 'a closing quote for the one that begins in this line',
      got: 'a quote that is never closed',
      fix: 'close the quote in this line, or double it if it belongs to the text; what follows could not be read',
    },
    {
      expected: 'ein schließendes Anführungszeichen zu dem, das in dieser Zeile beginnt',
      got: 'ein Anführungszeichen, das nie geschlossen wird',
      fix: 'das Anführungszeichen schließen, oder verdoppeln, wenn es zum Text gehört; was folgt, war nicht lesbar',
    },
  ),
  'csv.columnCount': says(
    {
      expected: 'as many fields as columns ({wanted})',
      got: 'another number ({found})',
      fix: 'put fields that contain the separator in quotes; leave no field out',
    },
    {
      expected: 'so viele Felder wie Spalten ({wanted})',
      got: 'eine andere Anzahl ({found})',
      fix: 'Felder, die das Trennzeichen enthalten, in Anführungszeichen setzen; kein Feld auslassen',
    },
  ),
  'csv.columnCount#decimalComma': says(
    {
      expected: 'as many fields as columns ({wanted})',
      got: 'another number ({found}); it looks as if a number had a comma for decimals',
      fix: 'write decimals with a point (1234.50), or put such numbers in quotes',
    },
    {
      expected: 'so viele Felder wie Spalten ({wanted})',
      got: 'eine andere Anzahl ({found}); vielleicht steht in einer Zahl ein Dezimalkomma',
      fix: 'Dezimalzahlen mit Punkt schreiben (1234.50), oder in Anführungszeichen setzen',
    },
  ),
  'line.blank': says(
    { expected: 'a row in every line', got: 'a blank line', fix: 'remove the blank line' },
    { expected: 'eine Zeile mit Daten', got: 'eine leere Zeile', fix: 'die leere Zeile entfernen' },
  ),
  'csv.delimiter': says(
    {
      expected: 'fields separated by {wanted}',
      got: 'fields separated by {found}',
      fix: 'export the file with {wanted} as separator',
    },
    {
      expected: 'Felder, getrennt durch {wanted}',
      got: 'Felder, getrennt durch {found}',
      fix: 'die Datei mit {wanted} als Trennzeichen exportieren',
    },
  ),
  'csv.lineEnding': says(
    {
      expected: 'lines that end with {wanted}',
      got: '{count} lines that end with {found}',
      fix: 'save the file with {wanted} line ends',
    },
    {
      expected: 'Zeilen, die mit {wanted} enden',
      got: '{count} Zeilen, die mit {found} enden',
      fix: 'die Datei mit Zeilenenden {wanted} speichern',
    },
  ),
  'csv.truncated': says(
    {
      expected: 'a last row with {wanted} fields and a line end',
      got: 'a last row that breaks off (fields: {found})',
      fix: 'the file was cut off: export it again, and check that it is complete before sending',
    },
    {
      expected: 'eine letzte Zeile mit {wanted} Feldern und Zeilenende',
      got: 'eine letzte Zeile, die abbricht (Felder: {found})',
      fix: 'die Datei ist abgeschnitten: noch einmal exportieren, und vor dem Senden prüfen, ob sie vollständig ist',
    },
  ),
  'header.missing': says(
    { expected: 'a column {column}', got: 'columns {columns}', fix: 'add the column' },
    { expected: 'eine Spalte {column}', got: 'die Spalten {columns}', fix: 'die Spalte ergänzen' },
  ),
  'header.unexpected': says(
    { expected: '{columns}', got: 'a column "{column}"', fix: 'remove or rename it' },
    { expected: '{columns}', got: 'eine Spalte „{column}“', fix: 'die Spalte entfernen oder umbenennen' },
  ),
  'header.spelling': says(
    { expected: 'a column {column}', got: 'a column "{found}"', fix: 'write the name exactly as {column}' },
    { expected: 'eine Spalte {column}', got: 'eine Spalte „{found}“', fix: 'den Namen genau so schreiben: {column}' },
  ),
  'header.order': says(
    { expected: '{wanted}', got: '{found}', fix: 'put the columns in this order' },
    { expected: '{wanted}', got: '{found}', fix: 'die Spalten in diese Reihenfolge bringen' },
  ),
  'header.duplicate': says(
    { expected: 'each column once', got: 'the column {column} twice', fix: 'remove one of them' },
    { expected: 'jede Spalte einmal', got: 'die Spalte {column} doppelt', fix: 'eine davon entfernen' },
  ),
  'header.absent': says(
    {
      expected: 'a first line with the names {wanted}',
      got: 'data in the first line',
      fix: 'put a line with the column names first',
    },
    {
      expected: 'eine erste Zeile mit den Namen {wanted}',
      got: 'Daten in der ersten Zeile',
      fix: 'eine Zeile mit den Spaltennamen voranstellen',
    },
  ),
  'header.translated': says(
    {
      expected: 'the column names {wanted}',
      got: 'other names: {found}',
      fix: 'use exactly these names; they must not be translated',
    },
    {
      expected: 'die Spaltennamen {wanted}',
      got: 'andere Namen: {found}',
      fix: 'genau diese Namen verwenden; sie dürfen nicht übersetzt werden',
    },
  ),
  'rows.none': says(
    { expected: 'at least one row of data', got: 'no rows', fix: 'send the file with its data' },
    { expected: 'mindestens eine Zeile mit Daten', got: 'keine Zeilen', fix: 'die Datei mit ihren Daten senden' },
  ),
  'rows.none#onlyHeader': says(
    { expected: 'at least one row after the header', got: 'only a header', fix: 'send the file with its data' },
    {
      expected: 'mindestens eine Zeile nach der Kopfzeile',
      got: 'nur eine Kopfzeile',
      fix: 'die Datei mit ihren Daten senden',
    },
  ),
  'rows.tooFew': says(
    { expected: 'at least {min} rows', got: '{rows} rows', fix: 'check that the export was complete' },
    { expected: 'mindestens {min} Zeilen', got: '{rows} Zeilen', fix: 'prüfen, ob der Export vollständig war' },
  ),
  'rows.tooMany': says(
    { expected: 'at most {max} rows', got: '{rows} rows', fix: 'check that only the data of this period was exported' },
    {
      expected: 'höchstens {max} Zeilen',
      got: '{rows} Zeilen',
      fix: 'prüfen, ob nur die Daten dieses Zeitraums exportiert wurden',
    },
  ),
  'rows.unusual': says(
    {
      expected: 'about {usual} rows, as in the last {count} deliveries',
      got: '{rows} rows',
      fix: 'check that the export was complete, and not too much; if it is right, nothing is to be done',
    },
    {
      expected: 'etwa {usual} Zeilen, wie in den letzten {count} Lieferungen',
      got: '{rows} Zeilen',
      fix: 'prüfen, ob der Export vollständig und nicht zu viel war; wenn er stimmt, ist nichts zu tun',
    },
  ),
  'period.outside': says(
    { expected: 'a date from {from} to {to} (the period {period})', fix: 'send only the rows of {period}' },
    { expected: 'ein Datum von {from} bis {to} (Zeitraum {period})', fix: 'nur die Zeilen für {period} senden' },
  ),
  'period.previous': says(
    {
      expected: 'rows of {period}',
      got: '{count} rows, and not one of them of {period}: {from} to {to}',
      fix: 'this seems to be the file of another period: send that of {period}',
    },
    {
      expected: 'Zeilen für {period}',
      got: '{count} Zeilen, und keine davon für {period}: {from} bis {to}',
      fix: 'das ist wohl die Datei eines anderen Zeitraums: die für {period} senden',
    },
  ),
  'totals.missing': says(
    {
      expected: 'a last row that begins with {marker}',
      fix: 'send the file with its last row; it may have been cut off',
    },
    {
      expected: 'eine letzte Zeile, die mit {marker} beginnt',
      fix: 'die Datei mit ihrer letzten Zeile senden; sie ist vielleicht abgeschnitten',
    },
  ),
  'totals.rows': says(
    {
      expected: '{rows} rows, as counted',
      got: '{said} rows, by the last row of the file',
      fix: 'export the file again; rows are missing or repeated',
    },
    {
      expected: '{rows} Zeilen, so viele sind da',
      got: '{said} Zeilen, laut der letzten Zeile der Datei',
      fix: 'die Datei noch einmal exportieren; Zeilen fehlen oder sind doppelt',
    },
  ),
  'totals.sum': says(
    {
      expected: '{sum}, the sum of the column',
      got: '{said}, by the last row of the file',
      fix: 'export the file again; rows are missing or changed',
    },
    {
      expected: '{sum}, die Summe der Spalte',
      got: '{said}, laut der letzten Zeile der Datei',
      fix: 'die Datei noch einmal exportieren; Zeilen fehlen oder sind verändert',
    },
  ),
  'cell.required': says(
    { expected: 'a value', got: 'nothing', fix: 'fill in this cell' },
    { expected: 'ein Wert', got: 'nichts', fix: 'dieses Feld ausfüllen' },
  ),
  'cell.type#integer': says(
    { expected: 'a whole number such as 42', fix: 'write digits only, without separators or units' },
    { expected: 'eine ganze Zahl wie 42', fix: 'nur Ziffern schreiben, ohne Trennzeichen und Einheiten' },
  ),
  'cell.type#number': says(
    { expected: 'a number such as {example}', fix: 'write digits and at most one decimal mark, without units' },
    { expected: 'eine Zahl wie {example}', fix: 'Ziffern und höchstens ein Dezimalzeichen schreiben, ohne Einheiten' },
  ),
  'cell.type#decimalComma': says(
    { expected: 'a number such as {example}', fix: 'use a point for decimals and nothing between thousands' },
    {
      expected: 'eine Zahl wie {example}',
      fix: 'Dezimalpunkt statt Komma verwenden und nichts zwischen die Tausender',
    },
  ),
  'cell.type#boolean': says(
    { expected: 'one of {values}', fix: 'write one of these' },
    { expected: 'eines von {values}', fix: 'eines davon schreiben' },
  ),
  'cell.type#date': says(
    { expected: 'a date such as {example}', fix: 'write dates in this form' },
    { expected: 'ein Datum wie {example}', fix: 'Datumsangaben in dieser Form schreiben' },
  ),
  'cell.type#noSuchDay': says(
    { expected: 'a date that exists, such as {example}', fix: 'correct the day or the month' },
    { expected: 'ein Datum, das es gibt, wie {example}', fix: 'Tag oder Monat berichtigen' },
  ),
  'cell.type#dayMonthSwapped': says(
    { expected: 'a date such as {example}', fix: 'day and month seem to be swapped: their order is that of {example}' },
    {
      expected: 'ein Datum wie {example}',
      fix: 'Tag und Monat sind wohl vertauscht: ihre Reihenfolge ist die von {example}',
    },
  ),
  'cell.type#datetime': says(
    { expected: 'a date and time such as {example}', fix: 'write date, the letter T and time' },
    { expected: 'Datum und Uhrzeit wie {example}', fix: 'Datum, den Buchstaben T und die Uhrzeit schreiben' },
  ),
  'cell.type#time': says(
    { expected: 'a time such as {example}', fix: 'write hours:minutes:seconds' },
    { expected: 'eine Uhrzeit wie {example}', fix: 'Stunden:Minuten:Sekunden schreiben' },
  ),
  'cell.type#other': says(
    { expected: '{what} such as {example}', fix: 'write the value in this form' },
    { expected: '{what} wie {example}', fix: 'den Wert in dieser Form schreiben' },
  ),
  'cell.constraint#minLength': says(
    { expected: 'at least {bound} characters', fix: 'correct this value' },
    { expected: 'mindestens {bound} Zeichen', fix: 'diesen Wert berichtigen' },
  ),
  'cell.constraint#maxLength': says(
    { expected: 'at most {bound} characters', fix: 'shorten this value' },
    { expected: 'höchstens {bound} Zeichen', fix: 'diesen Wert kürzen' },
  ),
  'cell.constraint#minimum': says(
    { expected: 'at least {bound}', fix: 'correct this value' },
    { expected: 'mindestens {bound}', fix: 'diesen Wert berichtigen' },
  ),
  'cell.constraint#maximum': says(
    { expected: 'at most {bound}', fix: 'correct this value' },
    { expected: 'höchstens {bound}', fix: 'diesen Wert berichtigen' },
  ),
  'cell.constraint#exclusiveMinimum': says(
    { expected: 'more than {bound}', fix: 'correct this value' },
    { expected: 'mehr als {bound}', fix: 'diesen Wert berichtigen' },
  ),
  'cell.constraint#exclusiveMaximum': says(
    { expected: 'less than {bound}', fix: 'correct this value' },
    { expected: 'weniger als {bound}', fix: 'diesen Wert berichtigen' },
  ),
  'cell.constraint#pattern': says(
    { expected: 'text that matches {pattern}', fix: 'correct this value' },
    { expected: 'Text nach dem Muster {pattern}', fix: 'diesen Wert berichtigen' },
  ),
  'cell.constraint#enum': says(
    { expected: 'one of {values}', fix: 'write one of these' },
    { expected: 'eines von {values}', fix: 'eines davon schreiben' },
  ),
  'cell.unique': says(
    {
      expected: 'a value that no earlier row has',
      fix: 'remove the duplicate; record {first} (counted without the header) has this value already',
    },
    {
      expected: 'ein Wert, den keine frühere Zeile hat',
      fix: 'die doppelte Zeile entfernen; Datensatz {first} (ohne Kopf gezählt) hat diesen Wert schon',
    },
  ),
  'cell.reference': says(
    { expected: 'a value that is in {reference}', fix: 'correct this value, or have it added to {reference}' },
    {
      expected: 'ein Wert, der in {reference} steht',
      fix: 'diesen Wert berichtigen, oder in {reference} aufnehmen lassen',
    },
  ),
  'cell.formula': says(
    {
      expected: 'text that no spreadsheet takes for a formula',
      fix: 'if it is no formula, nothing is to be done; otherwise export values, not formulas',
    },
    {
      expected: 'Text, den keine Tabellenkalkulation für eine Formel hält',
      fix: 'wenn es keine Formel ist, ist nichts zu tun; sonst Werte statt Formeln exportieren',
    },
  ),
  'json.syntax': says(
    {
      expected: 'valid JSON',
      got: '{found} at character {at}',
      fix: 'write the file with a JSON library, not by hand',
    },
    { expected: 'gültiges JSON', got: '{found} an Zeichen {at}', fix: 'die Datei mit einer JSON-Bibliothek schreiben' },
  ),
  'json.truncated': says(
    {
      expected: 'valid JSON to the end',
      got: 'a document that breaks off',
      fix: 'the file was cut off: export it again',
    },
    {
      expected: 'gültiges JSON bis zum Ende',
      got: 'ein Dokument, das abbricht',
      fix: 'die Datei ist abgeschnitten: noch einmal exportieren',
    },
  ),
  'json.notLines': says(
    {
      expected: 'one JSON document a line (JSON Lines)',
      got: 'one JSON document over many lines',
      fix: 'write every record in a line of its own, without [ ] around and commas between',
    },
    {
      expected: 'ein JSON-Dokument je Zeile (JSON Lines)',
      got: 'ein JSON-Dokument über viele Zeilen',
      fix: 'jeden Datensatz in eine eigene Zeile schreiben, ohne [ ] darum und Kommas dazwischen',
    },
  ),
  'json.schema#type': says(
    { expected: 'a value of type {wanted}', fix: 'correct this value' },
    { expected: 'ein Wert vom Typ {wanted}', fix: 'diesen Wert berichtigen' },
  ),
  'json.schema#required': says(
    { expected: 'a property "{wanted}"', got: 'none of that name', fix: 'add the property' },
    { expected: 'eine Eigenschaft „{wanted}“', got: 'keine mit diesem Namen', fix: 'die Eigenschaft ergänzen' },
  ),
  'json.schema#unexpected': says(
    { expected: 'only the properties that were agreed', got: 'a property "{found}"', fix: 'remove or rename it' },
    {
      expected: 'nur die vereinbarten Eigenschaften',
      got: 'eine Eigenschaft „{found}“',
      fix: 'sie entfernen oder umbenennen',
    },
  ),
  'json.schema#enum': says(
    { expected: 'one of {wanted}', fix: 'write one of these' },
    { expected: 'eines von {wanted}', fix: 'eines davon schreiben' },
  ),
  'json.schema#minimum': says(
    { expected: 'at least {wanted}', fix: 'correct this value' },
    { expected: 'mindestens {wanted}', fix: 'diesen Wert berichtigen' },
  ),
  'json.schema#maximum': says(
    { expected: 'at most {wanted}', fix: 'correct this value' },
    { expected: 'höchstens {wanted}', fix: 'diesen Wert berichtigen' },
  ),
  'json.schema#pattern': says(
    { expected: 'text that matches {wanted}', fix: 'correct this value' },
    { expected: 'Text nach dem Muster {wanted}', fix: 'diesen Wert berichtigen' },
  ),
  'json.schema#format': says(
    { expected: 'a text in the format {wanted}', fix: 'write the value in this form' },
    { expected: 'ein Text im Format {wanted}', fix: 'den Wert in dieser Form schreiben' },
  ),
  'json.schema#other': says(
    { expected: 'what the schema says ({wanted})', fix: 'correct this value' },
    { expected: 'was das Schema verlangt ({wanted})', fix: 'diesen Wert berichtigen' },
  ),
  'parquet.schema': says(
    { expected: 'a column {column} of type {wanted}', fix: 'write the file with this column type' },
    { expected: 'eine Spalte {column} vom Typ {wanted}', fix: 'die Datei mit diesem Spaltentyp schreiben' },
  ),
  'archive.damaged': says(
    { expected: 'a whole {kind} file', got: 'a damaged one', fix: 'compress it again, and send all of it' },
    { expected: 'eine ganze {kind}-Datei', got: 'eine beschädigte', fix: 'noch einmal packen, und vollständig senden' },
  ),
  'archive.truncated': says(
    {
      expected: 'a whole {kind} file',
      got: 'one that breaks off',
      fix: 'it was cut off: compress it again, and send all of it',
    },
    {
      expected: 'eine ganze {kind}-Datei',
      got: 'eine, die abbricht',
      fix: 'sie ist abgeschnitten: noch einmal packen, und vollständig senden',
    },
  ),
  'archive.nested': says(
    {
      expected: 'a file that was compressed once',
      got: 'a compressed file inside a compressed file',
      fix: 'compress the file only once',
    },
    {
      expected: 'eine Datei, die einmal gepackt ist',
      got: 'eine gepackte Datei in einer gepackten Datei',
      fix: 'die Datei nur einmal packen',
    },
  ),
  'set.notZip': says(
    {
      expected: 'one ZIP archive with {names}',
      got: 'a file that is none',
      fix: 'put all the files into one ZIP, and send that',
    },
    {
      expected: 'ein ZIP-Archiv mit {names}',
      got: 'eine Datei, die keines ist',
      fix: 'alle Dateien in ein ZIP legen und dieses senden',
    },
  ),
  'set.missing': says(
    { expected: '{name}, at least {min} of it', got: '{count} of it', fix: 'put it into the archive as well' },
    { expected: '{name}, mindestens {min}-mal', got: '{count}-mal', fix: 'auch diese Datei in das Archiv legen' },
  ),
  'set.tooMany': says(
    { expected: '{name}, at most {max} of it', got: '{count} of it', fix: 'take those out that are not meant' },
    { expected: '{name}, höchstens {max}-mal', got: '{count}-mal', fix: 'herausnehmen, was nicht gemeint ist' },
  ),
  'set.twice': says(
    { expected: 'every file once', got: '{names} twice', fix: 'give each file a name of its own' },
    { expected: 'jede Datei einmal', got: '{names} zweimal', fix: 'jeder Datei einen eigenen Namen geben' },
  ),
  'set.unexpected': says(
    { expected: 'only {wanted}', got: '{names}', fix: 'take it out, or name it as it was agreed' },
    { expected: 'nur {wanted}', got: '{names}', fix: 'herausnehmen, oder so nennen, wie es vereinbart ist' },
  ),
  'archive.many': says(
    {
      expected: 'at most {most} files in the archive',
      got: 'more of them',
      fix: 'put only what was asked for into it',
    },
    {
      expected: 'höchstens {most} Dateien im Archiv',
      got: 'mehr davon',
      fix: 'nur hineinlegen, worum gebeten wurde',
    },
  ),
  'archive.entries': says(
    {
      expected: 'one file in the archive',
      got: '{count} files{names}',
      fix: 'put only the one file into it, without folders',
    },
    {
      expected: 'eine Datei im Archiv',
      got: '{count} Dateien{names}',
      fix: 'nur die eine Datei hineinlegen, ohne Ordner',
    },
  ),
  'archive.folder': says(
    {
      expected: 'one file in the archive, in no folder',
      got: '{names}',
      fix: 'compress the file itself, not the folder that it is in',
    },
    {
      expected: 'eine Datei im Archiv, in keinem Ordner',
      got: '{names}',
      fix: 'die Datei selbst packen, nicht den Ordner, in dem sie liegt',
    },
  ),
  'archive.encrypted': says(
    {
      expected: 'an archive without a password',
      got: 'a password-protected archive',
      fix: 'compress it without a password; the way to us is encrypted',
    },
    {
      expected: 'ein Archiv ohne Passwort',
      got: 'ein Archiv mit Passwort',
      fix: 'ohne Passwort packen; der Weg zu uns ist verschlüsselt',
    },
  ),
  'limit.unpacked': says(
    { expected: 'at most {max} bytes once decompressed', got: 'more', fix: 'send less in one file' },
    { expected: 'entpackt höchstens {max} Byte', got: 'mehr', fix: 'weniger in einer Datei senden' },
  ),
  'limit.ratio': says(
    {
      expected: 'a file that grows at most {max} times when it is decompressed',
      got: 'more',
      fix: 'export the data again; it seems to be filled with nothing',
    },
    {
      expected: 'eine Datei, die entpackt höchstens {max}-mal so groß ist',
      got: 'mehr',
      fix: 'die Daten noch einmal exportieren; die Datei scheint mit nichts gefüllt zu sein',
    },
  ),
  'limit.record': says(
    {
      expected: 'lines of at most {max} bytes',
      got: 'a longer one',
      fix: 'check for a missing line end or quote; what follows could not be read',
    },
    {
      expected: 'Zeilen von höchstens {max} Byte',
      got: 'eine längere',
      fix: 'nach einem fehlenden Zeilenende oder Anführungszeichen suchen; was folgt, war nicht lesbar',
    },
  ),
  'limit.field': says(
    { expected: 'fields of at most {max} bytes', fix: 'check for a missing quote; shorten the text' },
    {
      expected: 'Felder von höchstens {max} Byte',
      fix: 'nach einem fehlenden Anführungszeichen suchen; den Text kürzen',
    },
  ),
  'limit.columns': says(
    { expected: 'at most {max} columns', got: '{found} columns', fix: 'export only the columns that were asked for' },
    { expected: 'höchstens {max} Spalten', got: '{found} Spalten', fix: 'nur die verlangten Spalten exportieren' },
  ),
  'limit.unique': says(
    {
      expected: 'at most {max} rows in a file with a unique column, unless the column ascends',
      got: 'more',
      fix: 'sort the file by this column, or send it in parts',
    },
    {
      expected: 'höchstens {max} Zeilen in einer Datei mit eindeutiger Spalte, es sei denn, sie steigt auf',
      got: 'mehr',
      fix: 'die Datei nach dieser Spalte sortieren, oder in Teilen senden',
    },
  ),
  'limit.tolerance': says(
    {
      expected: 'at most {most} rows with {rule}',
      got: '{count} of {rows} rows',
      fix: 'mend the rows that are listed under {rule}',
    },
    {
      expected: 'höchstens {most} Zeilen mit {rule}',
      got: '{count} von {rows} Zeilen',
      fix: 'die Zeilen berichtigen, die unter {rule} stehen',
    },
  ),
  'malware.found': says(
    {
      expected: 'a file without malware',
      got: '{threats}',
      fix: 'do not open the file; have the computer that it came from checked, and send a clean export',
    },
    {
      expected: 'eine Datei ohne Schadsoftware',
      got: '{threats}',
      fix: 'die Datei nicht öffnen; den Rechner, von dem sie kommt, prüfen lassen und einen sauberen Export senden',
    },
  ),
  'malware.notScannable': says(
    {
      expected: 'a file that our malware scanner can look into',
      got: 'one that it cannot open',
      fix: 'send it without a password',
    },
    {
      expected: 'eine Datei, in die unser Virenscanner hineinsehen kann',
      got: 'eine, die er nicht öffnen kann',
      fix: 'die Datei ohne Passwort senden',
    },
  ),
  custom: says({ expected: '{wanted}', fix: '{cure}' }, { expected: '{wanted}', fix: '{cure}' }),
} satisfies Readonly<Record<string, Message>>;

/** Names what is said; the part before `#` is the rule. */
export type MessageId = keyof typeof catalog;

/** What a message is filled with. Texts of a partner's file are made safe to show before they come here. */
export type Params = Readonly<Record<string, string | number>>;

export const isMessage = (id: string): id is MessageId => Object.hasOwn(catalog, id);

export const ruleOf = (id: MessageId): string => id.split('#')[0] ?? id;

/** One message in one language. */
export const say = (id: MessageId, params: Params, locale: Locale): Words => {
  const words: Words = catalog[id][locale];
  const numbers = new Intl.NumberFormat(locale === 'de' ? 'de-DE' : 'en-GB');
  const fill = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      const value = params[name];
      return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : value;
    });
  return {
    expected: fill(words.expected),
    ...(words.got !== undefined && { got: fill(words.got) }),
    fix: fill(words.fix),
  };
};

/** Every rule there is. */
export const rules: readonly string[] = [...new Set(Object.keys(catalog).filter(isMessage).map(ruleOf))];

/** Not a feed's to decide: the deployment says whether uploads are scanned, and what that finds is an error. */
export const isOfDeployment = (rule: string): boolean => rule.startsWith('malware.');

/** One of ours that a feed may weigh, or one of its own (`custom.<name>`). */
export const isRule = (name: string): boolean =>
  (rules.includes(name) && !isOfDeployment(name)) || /^custom\.[A-Za-z0-9-]{1,40}$/.test(name);
