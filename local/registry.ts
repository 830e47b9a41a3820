import { type Journal, type Row, text } from './journal.ts';

/** What was deployed, by kind and name: configuration that a template or an API call set. */
export class Registry<T> {
  readonly #journal: Journal;
  readonly #kind: string;

  constructor(journal: Journal, kind: string) {
    this.#journal = journal;
    this.#kind = kind;
  }

  put(name: string, body: T): void {
    this.#journal.run('insert or replace into resources values (?, ?, ?)', this.#kind, name, JSON.stringify(body));
  }

  get(name: string): T | undefined {
    const row = this.#journal.get('select body from resources where kind = ? and name = ?', this.#kind, name);
    return row && this.#read(row);
  }

  all(): { name: string; body: T }[] {
    return this.#journal
      .all('select name, body from resources where kind = ? order by name', this.#kind)
      .map((row) => ({ name: text(row, 'name'), body: this.#read(row) }));
  }

  /** What is stored was written by `put`, so it has the type. */
  #read(row: Row): T {
    return JSON.parse(text(row, 'body'));
  }

  delete(name: string): void {
    this.#journal.run('delete from resources where kind = ? and name = ?', this.#kind, name);
  }
}
