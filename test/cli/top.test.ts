import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { newFile, RecordingProcess, removeAll } from '../sharing/processes.js';
import { runProgram } from '../support/processes.js';
import { until } from '../support/until.js';
import { command, endAll, kill, start, startReplica, vsrMetrics } from './command-line.js';
import { Screen } from './top/screen.js';

/** `top` on a terminal of its own, made by `script` of util-linux. */
class Session {
  readonly #child: ChildProcess;
  output = '';
  screen: Screen;

  private constructor(child: ChildProcess, width: number, height: number) {
    this.#child = child;
    this.screen = new Screen(width, height);
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.screen.write(text);
    });
  }

  static start(args: readonly string[], width = 80, height = 24): Session {
    const line = [process.execPath, command, 'top', ...args].map((word) => `'${word}'`).join(' ');
    // The settings before and after tell whether the terminal was restored.
    const script = [
      `stty rows ${height} cols ${width}`,
      'echo "terminal:$(tty):"',
      'before=$(stty -g)',
      // Jobs, as at a prompt: one that was stopped goes on in the foreground.
      'set -m',
      `sh -c 'echo "pid:$$:"; exec "$@"' sh ${line}`,
      'code=$?',
      'if [ $code -gt 128 ]; then echo suspended:; fg; code=$?; fi',
      'echo "code:$code:"',
      '[ "$before" = "$(stty -g)" ] && echo restored:',
    ].join('; ');
    const quoted = script.replaceAll("'", `'\\''`);
    const child = start('script', ['-q', '-f', '-c', `bash -c '${quoted}'`, '/dev/null']);
    return new Session(child, width, height);
  }

  /** What a line of the script said: `code`, `pid`, `terminal`. */
  said(what: string): string | undefined {
    return new RegExp(`${what}:([^:]+):`).exec(this.output)?.[1];
  }

  press(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** Waits until a line of the screen matches. */
  async shows(pattern: RegExp): Promise<void> {
    await until(() => this.screen.lines.some((line) => pattern.test(line)));
  }

  resize(width: number, height: number): void {
    this.screen = new Screen(width, height);
    this.screen.isAlternate = true;
    const size = ['rows', `${height}`, 'cols', `${width}`];
    execFileSync('stty', ['-F', this.said('terminal')!, ...size]);
  }

  /** Waits for the end: the exit code, and whether the terminal is as it was before. */
  async ended(): Promise<{ code: number; isRestored: boolean }> {
    await until(() => this.said('code') !== undefined);
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    const { isAlternate, isCursorVisible, wraps } = this.screen;
    const isRestored = /restored:/.test(this.output) && !isAlternate && isCursorVisible && wraps;
    return { code: Number(this.said('code')), isRestored };
  }
}

describe('vsr-metrics top', function () {
  this.timeout(30_000);
  afterEach(async () => {
    await endAll();
    await removeAll();
  });

  describe('on a terminal', () => {
    before(async function () {
      const { code, stderr } = await runProgram('script', ['--version']);
      if (code === 0) return;
      if (process.env.CI === 'true') throw new Error(`missing: script of util-linux: ${stderr}`);
      console.log(`  skipped, missing: script of util-linux: ${stderr.trim()}`);
      this.skip();
    });

    it('draws 80x24 again and again, obeys its keys, and gives the terminal back', async () => {
      const files = [newFile(), newFile()] as const;
      await Promise.all([startReplica(files[0], '0'), startReplica(files[1], '1')]);
      const top = Session.start([...files, '--interval', '0.2']);
      await top.shows(/^1 +vsr_operations_total success +\d+ +[1-9]/);
      expect(top.screen).to.include({ isAlternate: true, isCursorVisible: false, wraps: false });
      expect(top.screen.lines[1]).to.match(/^1 vsr-metrics-test-\S+ +alive +pid \d+ +heard/);
      // Both count themselves as leaders of a cluster of one; this says nothing of how many there are.
      expect(top.screen.lines[3]).to.match(/^replicas {2}\d of \d well/);
      expect(top.screen.lines[4]).to.match(/^ {2}[01] {2}normal {2}/);
      expect(top.screen.lines[6]).to.match(/^# +SERIES +VALUE +RATE\/S +P50 +P95 +P99$/);
      await top.shows(/^q quit .* 1-\d+ of \d+$/);

      const drawn = top.screen.draws;
      const value = () => Number(/success +(\d+)/.exec(top.screen.lines.join('\n'))![1]);
      const before = value();
      await until(() => top.screen.draws >= drawn + 3);
      expect(value()).to.be.above(before);

      top.press('/');
      await top.shows(/^filter: /);
      top.press('latency\r');
      await top.shows(/of 6$/);
      expect(top.screen.lines[0]).to.match(/filter: latency$/);
      top.press('s');
      await top.shows(/sort: name/);
      top.press('p');
      await top.shows(/PAUSED/);
      const paused = top.screen.draws;
      top.press('r');
      await top.shows(/sort: name reversed/);
      expect(top.screen.draws).to.equal(paused + 1);

      top.resize(132, 10);
      await top.shows(/^# +SERIES +VALUE +RATE\/S +P50 +P95 +P99 +MAX TREND$/);
      expect(top.screen.lines[9]).to.match(/^q quit .* of 6$/);
      top.press('q');
      expect(await top.ended()).to.eql({ code: 0, isRestored: true });
    });

    it('shows who hangs and who is dead', async () => {
      const files = [newFile(), newFile(), newFile()] as const;
      const [stopped, killed] = await Promise.all([
        startReplica(files[0], '0'),
        startReplica(files[1], '1'),
      ]);
      const closed = await RecordingProcess.start('create', files[2]);
      await closed.tell({ do: 'close' });
      await closed.kill();
      const top = Session.start([...files, '--interval', '0.2', '--hung-after', '1.5']);
      await top.shows(/^1 .* alive /);
      await top.shows(/^2 .* alive /);
      await top.shows(/^3 .* closed /);
      stopped!.kill('SIGSTOP');
      await kill(killed!);
      await top.shows(/^2 .* dead +pid \d+ +heard/);
      await top.shows(/^1 .* hung +pid \d+ +heard/);
      await startReplica(files[1], '1');
      await top.shows(/^2 .* alive /);
      top.press('q');
      expect(await top.ended()).to.eql({ code: 0, isRestored: true });
    });

    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      it(`gives the terminal back on ${signal}`, async () => {
        const file = newFile();
        await startReplica(file, '0');
        const top = Session.start([file]);
        await top.shows(/alive/);
        process.kill(Number(top.said('pid')), signal);
        expect(await top.ended()).to.eql({ code: 0, isRestored: true });
      });
    }

    it('ends without a word when the terminal is gone', async () => {
      const [file, errors] = [newFile(), newFile()];
      await startReplica(file, '0');
      // Told of it by a signal, or only by the terminal: a shell may have set the signal aside.
      for (const setUp of ['', 'trap "" HUP; ']) {
        const program = `${process.execPath} ${command} top ${file} -i 0.2 2>${errors}`;
        const line = `sh -c '${setUp}${program}; echo "code $?" >>${errors}'`;
        const terminal = start('script', ['-q', '-f', '-c', line, '/dev/null']);
        let output = '';
        terminal.stdout!.on('data', (chunk) => {
          output += chunk;
        });
        await until(() => output.includes('alive'));
        const pid = Number(execFileSync('pgrep', ['-f', `^${process.execPath} .*${file}`]));
        await kill(terminal);
        await until(() => !existsSync(`/proc/${pid}`));
        // Where the signal is not set aside it ends the shell too. The first word is the shell's.
        if (setUp !== '') await until(() => readFileSync(errors, 'utf8').includes('code'));
        expect(readFileSync(errors, 'utf8')).to.match(/^(Hangup\n)?(code 129\n)?$/);
      }
    });

    it('lets the shell have the terminal on Ctrl-Z, and takes it again', async () => {
      const file = newFile();
      await startReplica(file, '0');
      const top = Session.start([file, '--interval', '0.2']);
      await top.shows(/alive/);
      top.press('\x1a');
      await until(() => top.output.includes('suspended:'));
      const before = top.output.slice(0, top.output.indexOf('suspended:'));
      expect(before.lastIndexOf('[?1049l')).to.be.above(before.lastIndexOf('[?1049h'));
      await until(() => top.screen.isAlternate);
      await top.shows(/alive/);
      top.press('\x03');
      expect(await top.ended()).to.eql({ code: 0, isRestored: true });
    });
  });

  it('prints plain text when its output is no terminal', async () => {
    const [file, other] = [newFile(), newFile()];
    await Promise.all([startReplica(file, '0'), startReplica(other, '1')]);
    const args = ['top', file, other, '--interval', '0.3', '--filter', 'operations'];
    const { code, stdout, stderr } = await vsrMetrics(args);
    expect([code, stderr]).to.eql([0, '']);
    expect(stdout).not.to.match(/[^\n -~]/);
    const lines = stdout.split('\n');
    expect(lines[0]).to.match(/ alive +pid \d+ .* replica_id=0$/);
    expect(lines[6]).to.match(/^SERIES +FILE +VALUE +RATE\/S +P50 +P95 +P99 +MAX$/);
    expect(lines[7]).to.match(/^vsr_operations_total\{status="success"\} +\S+ +1\d{3} +[1-9]/);
  });

  it('prints what it can when a file cannot be read, and says so by its exit code', async () => {
    const [file, broken] = [newFile(), newFile()];
    await kill(await startReplica(file, '0'));
    writeFileSync(broken, 'no registry');
    const some = await vsrMetrics(['top', '--once', '-i', '0.1', file, broken]);
    expect(some.code).to.equal(2);
    expect(some.stdout).to.match(/ dead +pid/);
    expect(some.stdout).to.match(/ is not a vsr-metrics region/);
    const none = await vsrMetrics(['top', '--once', broken]);
    expect([none.code, none.stdout]).to.eql([2, '']);
    expect(none.stderr).to.equal(`vsr-metrics top: ${broken} is not a vsr-metrics region\n`);
  });
});
