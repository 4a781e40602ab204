// A configuration file in TOML: its values, and the lines that they are on.
//
//   const file = await ConfigurationFile.read('config.toml');
//   file.value('metrics.port');   // 9464
//   file.place('metrics.port');   // config.toml:2

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServerError } from '../core/errors.js';
import { isTable, type Table } from './values.js';

export class ConfigurationFile {
  readonly #path: string;
  readonly #lines: readonly string[];
  readonly #tables: Table;

  private constructor(path: string, text: string, tables: Table) {
    this.#path = path;
    this.#lines = text.split('\n');
    this.#tables = tables;
  }

  /** @throws ServerError that says why it cannot be read, and where it is no TOML */
  static async read(path: string): Promise<ConfigurationFile> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (cause) {
      throw unfit(`${path} cannot be read: ${(cause as Error).message}`, cause);
    }
    const { parse, TomlError } = await import('smol-toml');
    try {
      return new ConfigurationFile(path, text, parse(text));
    } catch (cause) {
      if (!(cause instanceof TomlError)) throw cause;
      const [problem] = cause.message.replace('Invalid TOML document: ', '').split('\n');
      // Not as a cause: that would show the lines around, and there may be a token in them.
      throw unfit(`${path}:${cause.line}: ${problem}`);
    }
  }

  /** Where its relative paths start. */
  get folder(): string {
    return dirname(this.#path);
  }

  /** The names of its tables, and of what stands before them. */
  sections(): readonly string[] {
    return Object.keys(this.#tables);
  }

  /**
   * What a table holds; nothing when there is none.
   *
   * @throws ServerError when it is no table
   */
  keys(section: string): readonly string[] {
    const table = Object.hasOwn(this.#tables, section) ? this.#tables[section] : {};
    if (isTable(table)) return Object.keys(table);
    throw unfit(`${this.place(section)}: ${section} is no table; allowed: [${section}]`);
  }

  /**
   * The tables of a list `[[section]]`; nothing when there is none.
   *
   * @throws ServerError when it is no such list
   */
  list(section: string): readonly { readonly table: Table; readonly place: string }[] {
    const tables = Object.hasOwn(this.#tables, section) ? this.#tables[section] : [];
    const areTables = Array.isArray(tables) && tables.every(isTable);
    if (!areTables)
      throw unfit(`${this.place(section)}: ${section} is no list; allowed: [[${section}]]`);
    return tables.map((table: Table, index) => {
      const line = this.#headerLines(section)[index];
      return { table, place: line === undefined ? this.#path : `${this.#path}:${line}` };
    });
  }

  value(key: string): unknown {
    const [section, name] = key.split('.') as [string, string];
    if (!this.keys(section).includes(name)) return undefined;
    return (this.#tables[section] as Table)[name];
  }

  /** For people: the file, and the line where a key or its table stands. */
  place(key: string): string {
    const line = this.#lineOf(key) ?? this.#lineOf(key.split('.', 1)[0]!);
    return line === undefined ? this.#path : `${this.#path}:${line}`;
  }

  #headerLines(section: string): number[] {
    return this.#lines.flatMap((line, index) => {
      const header = /^\s*\[\[([^\]]+)\]\]/.exec(line)?.[1];
      return header !== undefined && plain(header) === section ? [index + 1] : [];
    });
  }

  /** The parser knows no positions: this reads as much of TOML as people write in such files. */
  #lineOf(key: string): number | undefined {
    let table = '';
    for (const [index, line] of this.#lines.entries()) {
      const header = /^\s*\[+([^\]]+)\]/.exec(line)?.[1];
      if (header !== undefined) table = `${plain(header)}.`;
      const name = header ?? /^\s*([\w."' -]+?)\s*=/.exec(line)?.[1];
      if (name === undefined) continue;
      if ((header === undefined ? table : '') + plain(name) === key) return index + 1;
    }
    return undefined;
  }
}

function plain(name: string): string {
  return name.replace(/["'\s]/g, '');
}

export function unfit(problem: string, cause?: unknown): ServerError {
  return new ServerError('VSR_METRICS_SERVER_OPTIONS', { problem, cause });
}
