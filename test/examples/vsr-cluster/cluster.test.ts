import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { Cluster } from '../../../examples/vsr-cluster/cluster/launcher.js';
import { readRegistry, type Snapshot } from '../../../lib/index.js';
import { inPackage } from '../../support/package-root.js';
import { runProgram } from '../../support/processes.js';
import { until as waitUntil } from '../../support/until.js';

const program = inPackage('dist', 'examples', 'vsr-cluster', 'main.js');
const replicas = ['0', '1', '2'];
/** Four threads and their disks on a machine that others use, too. */
const until = (holds: () => boolean) => waitUntil(holds, 90_000);

/** Starts the program of npm start, and knows what it printed. */
class Started {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  output = '';

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [program, '--plain', '--port', '0', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.on('data', (data) => {
      this.output += data;
    });
    this.child.stderr.on('data', (data) => {
      this.output += data;
    });
  }

  get url(): string | undefined {
    return /^metrics: (\S+)$/m.exec(this.output)?.[1];
  }

  get file(): string | undefined {
    return /^file: +(\S+)/m.exec(this.output)?.[1];
  }

  /** All replicas have committed so many operations. */
  async committed(count: number): Promise<void> {
    await until(() => {
      if (this.file === undefined || !existsSync(this.file)) return false;
      const snapshot = readRegistry(this.file).snapshot();
      return replicas.every((id) => operationsOf(snapshot, id) >= count);
    });
  }
}

function operationsOf(snapshot: Snapshot, replica_id: string): number {
  return snapshot.value('vsr_operations_total', { replica_id, status: 'success' }) ?? 0;
}

describe('VSR cluster on threads and files @slow', function () {
  this.timeout(240_000);

  it('serves its metrics, and leaves nothing behind when it is stopped', async () => {
    const started = new Started('--rate', '300');
    await started.committed(100);
    const page = await (await fetch(started.url!)).text();
    for (const id of replicas) {
      expect(page).to.match(new RegExp(`^vsr_commit_number\\{replica_id="${id}"\\} [1-9]`, 'm'));
      expect(page).to.match(
        new RegExp(`^kmb_consensus_view\\{node_id="${Number(id) + 1}"\\}`, 'm'),
      );
    }
    started.child.kill('SIGINT');
    const [code] = await once(started.child, 'exit');
    expect(code, started.output).to.equal(0);
    expect(started.output).to.match(/stopped after \d+ operations\n$/);
    expect(existsSync(started.file!)).to.equal(false);
  });

  it('leaves the last state of every replica in its file when it is killed', async () => {
    const started = new Started('--rate', '500');
    try {
      await started.committed(200);
      started.child.kill('SIGKILL');
      await once(started.child, 'exit');
      const command = inPackage('dist', 'lib', 'cli', 'main.js');
      const { stdout } = await runProgram(process.execPath, [command, 'dump', started.file!]);
      for (const id of replicas) {
        const commit = new RegExp(`^vsr_commit_number\\{replica_id="${id}"\\} (\\d+)$`, 'm');
        expect(Number(commit.exec(stdout)?.[1])).to.be.at.least(200);
        expect(stdout).to.match(new RegExp(`^vsr_view_number\\{replica_id="${id}"\\} \\d`, 'm'));
      }
      expect(readRegistry(started.file!).writer.state).to.equal('dead');
    } finally {
      rmSync(started.file!, { force: true });
    }
  });

  it('carries out faults on time, and serves on', async () => {
    const started = new Started('--rate', '200', '--faults', '500ms kill primary; 1s loss 0.05');
    await until(() => started.output.includes('fault: loss 0.05'));
    await started.committed(400);
    const health = await (await fetch(new URL('/health', started.url))).json();
    expect(health).to.have.nested.property('checks').that.includes.keys('memory', 'disk', 'cpu');
    started.child.kill('SIGTERM');
    const [code] = await once(started.child, 'exit');
    expect(code, started.output).to.equal(0);
  });

  it('says what is wrong with a command line', async () => {
    const run = (...args: string[]) => runProgram(process.execPath, [program, ...args]);
    const help = await run('--help');
    expect(help.stdout).to.match(/^Usage: npm start -- \[options\]\n/);
    expect(help.stdout).to.include('corrupt-superblock');
    for (const [args, message] of [
      [['--replicas', '4'], /--replicas does not fit; given "4"; allowed: 3, 5/],
      [['--faults', '2s kil 1'], /no such fault; given "kil"; did you mean kill\?/],
      [['--rate', 'many'], /--rate does not fit; given "many"/],
    ] as const) {
      const { code, stderr } = await run(...args);
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    }
  });

  it('counts every operation exactly once at every replica', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vsr-test-'));
    const metricsFile = `/dev/shm/vsr-test-${process.pid}.metrics`;
    const data = join(directory, 'data');
    const cluster = await Cluster.start({ replicas: 3, rate: 2000, data, metricsFile });
    try {
      await until(() => cluster.load.answered >= 4000);
      await cluster.drain();
      const { sent, answered, evicted } = cluster.load;
      expect(evicted).to.equal(0);
      expect(answered).to.equal(sent);
      // Opening a session is an operation, too, and every operation a commit.
      const commits = (replica_id: string) =>
        cluster.registry.snapshot().value('vsr_commit_number', { replica_id })!;
      const sessions = cluster.registry
        .snapshot()
        .value('vsr_client_sessions_active', { replica_id: '0' })!;
      await until(() =>
        replicas.every((id) => operationsOf(cluster.registry.snapshot(), id) >= sent + sessions),
      );
      const snapshot = cluster.registry.snapshot();
      for (const id of replicas) {
        expect(operationsOf(snapshot, id)).to.equal(sent + sessions);
        expect(commits(id)).to.equal(sent + sessions);
        const node = { node_id: String(Number(id) + 1) };
        expect(snapshot.value('kmb_consensus_commits_total', node)).to.equal(sent + sessions);
      }
    } finally {
      await cluster.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
