// The texts of --help, written from what commands declare.

import type { Command } from './command.js';
import { type ExitCodes, usualExitCodes } from './failure.js';
import { commonOptions, type Option, type Options } from './options.js';

const width = 80;

/** `vsr-metrics --help` */
export function generalHelp(commands: readonly Command[]): string {
  return [
    'Usage: vsr-metrics COMMAND [options]\n',
    paragraph(
      'Reads the files that programs record their metrics into. The programs may run, hang, be ' +
        'stopped or be dead, and are not disturbed.',
    ),
    'Commands:',
    ...commands.map(({ name, summary }) => entry(name, summary)),
    '',
    'Options:',
    ...optionEntries(commonOptions),
    entry('-V, --version', 'prints the version'),
    '',
    exitCodesText(usualExitCodes),
    'vsr-metrics COMMAND --help says more about a command.\n',
  ].join('\n');
}

/** `vsr-metrics dump --help` */
export function commandHelp(command: Command): string {
  const { name, operands, options, description, examples } = command;
  const { exitCodes = usualExitCodes } = command;
  const usage = [name, operands.name].filter((part) => part !== '').join(' ');
  return [
    `Usage: vsr-metrics ${usage} [options]\n`,
    ...description.map(paragraph),
    'Options:',
    ...optionEntries({ ...options, ...commonOptions }),
    '',
    exitCodesText(exitCodes),
    'Examples:',
    ...examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

function exitCodesText({ meanings }: ExitCodes): string {
  const lines = meanings.map(([code, meaning]) => entry(String(code), meaning, 6));
  return `Exit codes:\n${lines.join('\n')}\n`;
}

function optionEntries(options: Options): string[] {
  return Object.entries(options).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    return entry(`${short}--${name}${valueText(option)}`, option.help);
  });
}

function valueText({ takes, placeholder = 'VALUE' }: Option): string {
  if (takes === 'nothing') return '';
  return takes === 'maybe' ? ` [${placeholder}]` : ` ${placeholder}`;
}

/** A term and what it means, in two columns. */
function entry(term: string, meaning: string, column = 24): string {
  const lines = wrap(meaning, width - column);
  const start = `  ${term}`;
  const fits = start.length + 2 <= column;
  const rest = (fits ? lines.slice(1) : lines).map((line) => ' '.repeat(column) + line);
  return [fits ? start.padEnd(column) + lines[0]! : start, ...rest].join('\n');
}

function paragraph(text: string): string {
  if (text.startsWith(' ')) return `${text}\n`;
  return `${wrap(text, width).join('\n')}\n`;
}

/** Lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
