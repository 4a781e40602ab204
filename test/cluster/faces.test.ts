// Every face that tells of a cluster, asked in turn under each fault that the VSR example knows: all give
// the same answer, and the right one, which the simulator knows by itself.

import { rmSync } from 'node:fs';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { faultCommands } from '../../examples/vsr-cluster/cluster/fault-commands.js';
import { drawCluster } from '../../examples/vsr-cluster/cluster/view.js';
import { Codec } from '../../examples/vsr-cluster/messages/codec.js';
import { simulatedSigner } from '../../examples/vsr-cluster/messages/signature.js';
import { defaultTiming } from '../../examples/vsr-cluster/replica/host.js';
import { forge } from '../../examples/vsr-cluster/simulation/forgery.js';
import type { SimulatedNode } from '../../examples/vsr-cluster/simulation/node.js';
import { Simulation } from '../../examples/vsr-cluster/simulation/simulation.js';
import type { Cluster, Member } from '../../lib/catalogues/cluster/cluster.js';
import { type ClusterWatch, createClusterWatch } from '../../lib/catalogues/cluster/watch.js';
import { kimberlite, vsr } from '../../lib/catalogues/index.js';
import { initialControls } from '../../lib/cli/top/controls.js';
import { Model } from '../../lib/cli/top/model.js';
import { drawView } from '../../lib/cli/top/view.js';
import { attachRegistry, createRegistry } from '../../lib/index.js';
import { type RunningServer, startServer } from '../../lib/server/index.js';
import { get } from '../server/requests.js';
import { openBrowser } from '../support/browser.js';
import { openPage, rowOf } from '../support/page.js';

const catalogue = [vsr, kimberlite] as const;
const ids = [0, 1, 2, 3];
/** Simulated time passes so much faster. */
const speed = 4;
const silentAfterMs = 600;
const words = ['normal', 'view_change', 'recovering', 'state_transfer'];
/** Who is cut off says one of these, depending on how far it has got. */
const cutOffWords = ['isolated', 'old_view', ...words.slice(1)];

/** What the simulator knows of a node, without any metric. */
interface Known {
  readonly id: number;
  readonly statuses: readonly string[];
  readonly isWell: boolean;
  readonly isLeader: boolean;
  readonly isStandby: boolean;
  readonly commit: number;
}

/** What a face says of a member. */
type Told = Pick<Member, 'status' | 'role' | 'term' | 'lag'>;

describe('all faces of a cluster @slow', function () {
  this.timeout(240_000);
  const file = `/dev/shm/vsr-metrics-faces-${process.pid}.metrics`;
  const registry = createRegistry({ catalogue, file, capacity: { lanes: 16 } });
  const cutOff = new Set<number>();
  /** Commits of those that are down: the simulator forgets a replica when it crashes. */
  const lastCommits = new Map<number, number>();
  let simulation: Simulation;
  let server: RunningServer;
  let browser: Browser | undefined;
  let page: Page | undefined;
  let screen: ClusterWatch;
  let onScreen: Cluster;
  let top: Model;
  let pump: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout;

  before(async function () {
    const attached = ids.map(
      (id) =>
        attachRegistry(registry.share(), {
          catalogue,
          fixedLabels: { replica_id: String(id), node_id: String(id + 1) },
          resourcesEveryMs: false,
        }).metrics,
    );
    simulation = new Simulation({
      seed: 5,
      rosterSize: 4,
      members: [0, 1, 2],
      clients: 2,
      think: 40,
      codec: new Codec(simulatedSigner),
      slots: 1024,
      replica: { checkpointEvery: 96, timing: { ...defaultTiming, scrub: 10 } },
      metricsOf: (id) => attached[id]! as never,
      observer: {
        onStep: ({ id, replica }) => {
          if (replica !== undefined) lastCommits.set(id, replica.commit);
        },
      },
    });
    simulation.start();
    simulation.run(1000);
    const cluster = { members: 3, silentAfterMs };
    server = await startServer({ registry, port: 0, cluster });
    screen = createClusterWatch(cluster);
    top = new Model([file], 60_000, cluster);
    looking = setInterval(() => {
      top.sample();
      onScreen = screen.observe(registry.snapshot())!;
    }, 150);
    start();
    browser = await openBrowser(this);
    ({ page } = await openPage(browser, new URL('/', server.url).href));
  });

  after(async () => {
    stop();
    clearInterval(looking);
    await browser?.close();
    await server?.close();
    registry.close();
    rmSync(file, { force: true });
  });

  function start(): void {
    let last = performance.now();
    pump = setInterval(() => {
      const now = performance.now();
      simulation.run(Math.min(now - last, 100) * speed);
      last = now;
    }, 15);
  }

  function stop(): void {
    clearInterval(pump);
    pump = undefined;
  }

  const nodeOf = (id: number) => simulation.nodes[id]!;
  const primary = () => simulation.primary ?? nodeOf(0);
  const backup = () => {
    const { members } = primary().replica!.configuration;
    return nodeOf(members.find((id) => id !== primary().id)!);
  };

  function cut(...nodes: readonly SimulatedNode[]): void {
    const side = nodes.map(({ id }) => id);
    simulation.network.cut(side);
    const { members } = primary().replica!.configuration;
    // The side that cannot decide is the one that is cut off.
    const isMinority = 2 * members.filter((id) => side.includes(id)).length < members.length;
    for (const id of ids) if (side.includes(id) === isMinority) cutOff.add(id);
  }

  function crash(node: SimulatedNode): void {
    // What it has committed since it showed its position last nobody could know but the simulator.
    node.replica?.flush();
    node.crash({ mayDamage: false });
  }

  /** Down for good until heal(). */
  const onAll = (faults: Partial<typeof simulation.network.faults>) =>
    Object.assign(simulation.network.faults, faults);

  const faults: Readonly<Record<string, () => void>> = {
    heal: () => undefined,
    loss: () => onAll({ loss: 0.02 }),
    delay: () => onAll({ delay: 20 }),
    reorder: () => onAll({ jitter: 20 }),
    duplicate: () => onAll({ duplication: 0.2 }),
    partition: () => cut(backup()),
    'partition of the primary': () => cut(primary()),
    'partition of the standby': () => cut(nodeOf(3)),
    'partition of the other backups': () => {
      const { members } = primary().replica!.configuration;
      cut(...members.filter((id) => id !== primary().id).map(nodeOf));
    },
    kill: () => crash(backup()),
    'kill of the primary': () => crash(primary()),
    'kill of the standby': () => crash(nodeOf(3)),
    'kill of the majority': () => {
      crash(backup());
      crash(primary());
    },
    'corrupt-log': () => backup().disk.damageSlot(backup().replica!.commit - 2),
    'corrupt-superblock': () => backup().disk.damageSuperblock(1),
    forge: () => {
      const to = backup();
      const message = forge(simulation, 'not_primary', to);
      if (message !== undefined) simulation.tell(to.id, message);
    },
    skew: () => {
      backup().clockSkew = 60_000;
    },
    'slow-disk': () => {
      backup().disk.latency = { least: 60, jitter: 20 };
    },
    promote: () => {
      const replaces = backup().id;
      primary().receive({ type: 'StandbyPromotion', from: -1, standby: 3, replaces }, 0);
    },
  };

  it('know every fault of the example', () => {
    expect(Object.keys(faults)).to.include.members(Object.keys(faultCommands));
  });

  function knownNow(): readonly Known[] {
    const running = simulation.nodes.filter(({ id, replica }) => {
      return replica?.isNormal === true && !cutOff.has(id);
    });
    const view = Math.max(...running.map(({ replica }) => replica!.view));
    return simulation.nodes.map(({ id, replica }): Known => {
      const isDown = replica === undefined;
      const isCurrent = replica?.isNormal === true && replica.view === view;
      const statuses = isDown
        ? ['silent']
        : cutOff.has(id)
          ? cutOffWords
          : replica.isNormal && !isCurrent
            ? ['old_view']
            : [words[replica.status]!];
      const isWell = isCurrent && !cutOff.has(id);
      return {
        id,
        statuses,
        isWell,
        isLeader: isWell && replica.isPrimary,
        isStandby: replica === undefined ? id === 3 : !replica.isVoter,
        commit: replica?.commit ?? lastCommits.get(id)!,
      };
    });
  }

  /** Each face, as a function that says how each member is. */
  const faces: Readonly<Record<string, (known: readonly Known[]) => Promise<readonly Told[]>>> = {
    'GET /status': () =>
      Promise.all(
        ids.map(async (id) => {
          const { json } = await get(new URL(`/status?replica_id=${id}`, server.url));
          const { status, role, view: term, lag } = json;
          expect(json.is_leader).to.equal(role === 'leader');
          return { status, role, term, lag };
        }),
      ),
    'GET /api/v1/health': async () => {
      const { json } = await get(new URL('/api/v1/health', server.url));
      return (json.cluster as Cluster).members;
    },
    top: async () => {
      const lines = drawView(top, initialControls, {
        width: 400,
        height: 60,
        unicode: true,
        intervalSeconds: 1,
        now: new Date(),
      }).lines.map((line) => line.map(({ text }) => text).join(''));
      return ids.map((id) => {
        const line = lines.find((each) => each.startsWith(`  ${id}  `))!;
        const [, status, role, term, lag] =
          /^ {2}\d {2}(\w+) +(\w+) {2}view (\S+) {2}lag (\S+)/.exec(line)!;
        return {
          status: status!,
          role: role as Told['role'],
          term: Number(term),
          lag: Number(lag),
        };
      });
    },
    'the screen of npm start': async () => {
      const lines = drawCluster({
        snapshot: registry.snapshot(),
        previous: registry.snapshot(),
        cluster: onScreen,
        rate: 1,
        answered: 1,
        url: '',
        file: '',
        notice: '',
      });
      return ids.map((id) => {
        const spans = lines.find(([first]) => first?.text.trim() === String(id))!;
        // Its column is narrow: who does not lead is only as far as it fits.
        const { status, role, term, lag } = onScreen.members[id]!;
        expect(spans[1]!.text.slice(0, 6)).to.equal(status.slice(0, 6));
        return { status, role, term, lag };
      });
    },
    'the page': async (known) => {
      const telling = await Promise.all(
        known.map(async ({ id }) => {
          const row = await rowOf(page!, '#replicas', `replica_id=${id}`);
          const { status, role, view = '', lag = '' } = row;
          const term = Number(view.replace(' (behind)', ''));
          return { status: status!, role: role as Told['role'], term, lag: Number(lag) };
        }),
      );
      return telling;
    },
  };

  /** Until the page shows what the server says now. */
  async function pageIsUpToDate(): Promise<void> {
    const taken = await page!.locator('#taken').textContent();
    await eventually(async () => (await page!.locator('#taken').textContent()) !== taken);
  }

  async function ask(fault: string): Promise<void> {
    stop();
    for (const { replica } of simulation.nodes) replica?.flush();
    const known = knownNow();
    // All look once more at what stands still now.
    top.sample();
    onScreen = screen.observe(registry.snapshot())!;
    await pageIsUpToDate();
    const head = Math.max(...known.map(({ commit }) => commit));
    for (const [face, tell] of Object.entries(faces)) {
      const told = await tell(known);
      for (const { id, statuses, isLeader, isStandby, commit } of known) {
        const where = `${fault}: ${face} of replica ${id}; ${simulation.describe()}`;
        const { status, role, lag } = told[id]!;
        expect(status, where).to.be.oneOf(statuses);
        expect(lag, where).to.equal(head - commit);
        expect(role, where).to.equal(isLeader ? 'leader' : isStandby ? 'standby' : 'backup');
      }
    }
    await askForAll(fault, known);
  }

  /** What is said of the whole: readiness, /health, the verdict of the page, the first line of top. */
  async function askForAll(fault: string, known: readonly Known[]): Promise<void> {
    const voters = known.filter(({ isStandby }) => !isStandby);
    const well = voters.filter(({ isWell }) => isWell);
    const leader = known.find(({ isLeader }) => isLeader);
    const isWhole = known.every(({ isWell }) => isWell) && leader !== undefined;
    const canWork = well.length >= 2 && leader !== undefined;
    const path = (of: string) => new URL(of, server.url);
    const where = `${fault}; ${simulation.describe()}`;

    const ready = await get(path('/health/ready'));
    expect(ready.status, where).to.equal(well.length === 3 ? 200 : 503);
    for (const { id, isWell } of known) {
      const one = await get(path(`/health/ready?replica_id=${id}`));
      expect(one.status, `${where}: replica ${id}`).to.equal(isWell ? 200 : 503);
    }
    const status = (await get(path('/status'))).json;
    expect(status.healthy_replicas, where).to.equal(well.length);
    expect(status.is_leader, where).to.equal(leader !== undefined);
    if (leader !== undefined) expect(status.node_id, where).to.equal(leader.id + 1);

    const verdict = isWhole ? 'healthy' : canWork ? 'degraded' : 'unhealthy';
    const health = await get(path('/health'));
    expect([health.status, health.json.status], where).to.eql([
      verdict === 'unhealthy' ? 503 : 200,
      verdict,
    ]);
    expect(await page!.locator('#verdict strong').textContent(), where).to.equal(
      verdict[0]!.toUpperCase() + verdict.slice(1),
    );
    // The verdict names who is sick, and who leads.
    const text = (await page!.locator('#verdict').textContent())!;
    const sick = known.filter(({ isWell }) => !isWell);
    for (const { id } of sick.slice(0, 3)) expect(text, where).to.include(`replica ${id} `);
    const leads = leader === undefined ? 'nobody leads' : `replica ${leader.id} leads`;
    expect(text, where).to.include(leads);
    const word = `${well.length} of 3 well`;
    expect(text, where).to.include(word);
    const first = drawView(top, initialControls, {
      width: 400,
      height: 60,
      unicode: true,
      intervalSeconds: 1,
      now: new Date(),
    }).lines[2]!;
    expect(first.map((span) => span.text).join(''), where)
      .to.include(word)
      .and.to.include(leads);
  }

  /** As the simulator sees it, and long enough for everybody to have noticed. */
  async function heal(): Promise<void> {
    if (pump === undefined) start();
    cutOff.clear();
    simulation.heal();
    const isWell = () =>
      simulation.primary !== undefined &&
      knownNow().every((known) => known.isWell && !known.statuses.includes('silent'));
    await eventually(async () => {
      if (!isWell()) return false;
      const { json } = await get(new URL('/health/ready', server.url));
      return json.status === 'ready';
    });
  }

  for (const [name, happen] of Object.entries(faults)) {
    it(`say the same and what is so: ${name}`, async () => {
      await heal();
      happen();
      // So long that whoever is silent or deaf is known to be, and that a view change is over.
      await new Promise((resolve) => setTimeout(resolve, 3 * silentAfterMs));
      await ask(name);
    });
  }
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`still not so after a minute: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
