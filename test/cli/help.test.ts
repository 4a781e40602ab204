import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { commands } from '../../lib/cli/commands.js';
import { usualExitCodes } from '../../lib/cli/failure.js';
import { commandHelp, generalHelp } from '../../lib/cli/help.js';
import { inPackage } from '../support/package-root.js';
import { spawnVsrMetrics, vsrMetrics } from './command-line.js';

const helps = [generalHelp(commands), ...commands.map(commandHelp)];

describe('vsr-metrics --help', () => {
  it('fits on a terminal', () => {
    const lines = helps.flatMap((text) => text.split('\n'));
    expect(lines.filter((line) => line.length > 80)).to.eql([]);
  });

  it('names every option, every choice and every exit code', () => {
    for (const command of commands) {
      const help = commandHelp(command);
      for (const [name, { choices = [] }] of Object.entries(command.options)) {
        expect(help).to.include(`--${name}`);
        for (const choice of choices) expect(help).to.include(choice);
      }
      for (const [code, meaning] of (command.exitCodes ?? usualExitCodes).meanings) {
        expect(help).to.include(`  ${String(code).padEnd(4)}${meaning}`);
      }
    }
  });

  it('stands in docs/cli.md as it is', async () => {
    const document = await readFile(inPackage('docs', 'cli.md'), 'utf8');
    for (const text of helps) expect(document).to.include(`\`\`\`text\n${text}\`\`\``);
  });

  it('is printed for the command and its commands, without the addon', async () => {
    const broken = { VSR_METRICS_ADDON: '/no/such/addon.node' };
    const asked = [
      ['--help'],
      ['dump', '--help'],
      ['help', 'serve'],
      ['top', 'file', '-h'],
      ['rules', '--help'],
      ['bench', '-h'],
    ];
    const outputs = await Promise.all(asked.map((args) => spawnVsrMetrics(args, broken)));
    expect(outputs.map(({ stdout }) => stdout)).to.eql(helps);
    expect(outputs.map(({ code }) => code)).to.eql([0, 0, 0, 0, 0, 0]);
  });
});

describe('vsr-metrics', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(await readFile(inPackage('package.json'), 'utf8')) as {
      version: string;
    };
    expect(await spawnVsrMetrics(['--version'])).to.eql({
      code: 0,
      stdout: `${version}\n`,
      stderr: '',
    });
  });

  it('is what the package installs as a command', async () => {
    const { bin } = JSON.parse(await readFile(inPackage('package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    expect(Object.keys(bin)).to.eql(['vsr-metrics']);
    const program = await readFile(inPackage(bin['vsr-metrics']!), 'utf8');
    expect(program).to.match(/^#!\/usr\/bin\/env node\n/);
  });

  const wrong: readonly (readonly [args: string[], message: string])[] = [
    [[], 'vsr-metrics: a command is missing; allowed: dump, serve, top, rules, bench\n'],
    [['dmup'], 'vsr-metrics: there is no such command; given "dmup"; did you mean dump?; allowed'],
    [['--versoin'], 'given "--versoin"; did you mean --version?'],
    [['dump'], 'vsr-metrics dump: FILE is missing\nvsr-metrics dump --help says how to use it\n'],
    [['\x1b[31mdump'], 'no such command; given "\\u001b[31mdump"'],
    [['serve', 'x', '--prot', '1'], 'vsr-metrics serve: there is no such option; given "--prot"'],
  ];
  for (const [args, message] of wrong) {
    it(`refuses: vsr-metrics ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await vsrMetrics(args);
      expect([code, stdout]).to.eql([1, '']);
      expect(stderr).to.include(message);
    });
  }

  it('says when its addon cannot be loaded', async () => {
    const broken = { VSR_METRICS_ADDON: '/no/such/addon.node' };
    const { code, stderr } = await spawnVsrMetrics(['dump', 'x'], broken);
    expect(code).to.equal(3);
    expect(stderr).to.match(/^vsr-metrics: .*\/no\/such\/addon\.node.*\n$/);
  });
});
