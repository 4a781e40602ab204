import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { kotoba } from '../../lib/catalogues/index.js';
import { createHealthChecks, reportOf } from '../../lib/health/index.js';
import { createRegistry } from '../../lib/index.js';

/** By name, what a report says. */
function statusesIn({ checks }: ReturnType<typeof reportOf>): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

describe('health checks', () => {
  const health = () => createHealthChecks({ everyMs: 60_000, timeoutMs: 50 });

  it('are results whatever they do', async () => {
    const checks = health()
      .add('nothing', () => undefined)
      .add('said', async () => ({ status: 'degraded', details: { version: '1.2.3', left: 8 } }))
      .add('thrown', () => {
        throw new Error('no route');
      })
      .add('rejected', () => Promise.reject('text'))
      .add('hanging', () => new Promise(() => undefined))
      .add('nonsense', (() => ({ status: 'fine' })) as never)
      .add('null', (() => null) as never);
    const report = await checks.run();
    expect(statusesIn(report)).to.eql({
      nothing: 'healthy',
      said: 'degraded',
      thrown: 'unhealthy',
      rejected: 'unhealthy',
      hanging: 'unhealthy',
      nonsense: 'unhealthy',
      null: 'unhealthy',
    });
    const messages = Object.fromEntries(report.checks.map(({ name, message }) => [name, message]));
    expect(messages).to.include({
      thrown: 'no route',
      rejected: 'text',
      hanging: 'it had not ended after 50 ms',
    });
    expect(report.checks[1]!.details).to.eql({ version: '1.2.3', left: '8' });
    expect(report.status).to.equal('unhealthy');
    checks.close();
  });

  it('tell a server that listens from one that does not', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const checks = health().add(
      'server',
      async () => {
        const socket = connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.destroy();
      },
      { cacheMs: 0, timeoutMs: 10_000 },
    );
    expect((await checks.run()).status).to.equal('healthy');
    server.close();
    await once(server, 'close');
    await delay(2);
    const { status, checks: found } = await checks.run();
    expect([status, found[0]!.message]).to.eql([
      'unhealthy',
      `connect ECONNREFUSED 127.0.0.1:${port}`,
    ]);
    checks.close();
  });

  it('do not start a check again that still runs, and tell it that nobody waits', async () => {
    let runs = 0;
    let aborted = false;
    const checks = health().add(
      'hanging',
      (signal) => {
        runs += 1;
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return new Promise(() => undefined);
      },
      { cacheMs: 0 },
    );
    await checks.run();
    const { checkedAt } = checks.results()[0]!;
    await delay(5);
    const again = await checks.run();
    expect([runs, aborted, again.status]).to.eql([1, true, 'unhealthy']);
    // It was asked again just now: what is known of it does not grow old.
    expect(again.checks[0]!.checkedAt).to.be.above(checkedAt!);
    checks.close();
  });

  it('keep results that are fresh, and run again at their interval', async () => {
    let runs = 0;
    const checks = health().add('counted', () => void runs++);
    await checks.run();
    await checks.run();
    expect(runs).to.equal(1);
    checks.add('often', () => void runs++, { everyMs: 5 });
    while (runs < 4) await delay(5);
    checks.close();
  });

  it('come to the worst of them, which is degraded when it is not critical', () => {
    const result = (status: 'healthy' | 'degraded' | 'unknown' | 'unhealthy', critical = true) => ({
      ...{ name: status, status, critical, message: '', durationMs: 1, details: {} },
      ...{ checkedAt: 1000, staleAfterMs: 500 },
    });
    const come = (...results: ReturnType<typeof result>[]) => reportOf(results, 1100).status;
    expect(come()).to.equal('healthy');
    expect(come(result('unhealthy'), result('degraded'))).to.equal('unhealthy');
    expect(come(result('unknown'), result('degraded'))).to.equal('unknown');
    expect(come(result('unhealthy', false), result('healthy'))).to.equal('degraded');
    const late = reportOf([result('healthy')], 2000);
    expect([late.status, late.checks[0]!.ageMs]).to.eql(['unknown', 1000]);
    expect(late.checks[0]!.message).to.equal('last checked 1 s ago (then healthy: )');
    // The time of day is set back an hour: what is late stays late.
    const known = { ...result('healthy'), checkedMonotonic: 7000 };
    expect(reportOf([known], 1000 - 3_600_000, 7400).status).to.equal('healthy');
    expect(reportOf([known], 1000 - 3_600_000, 7600).checks[0]).to.include({
      status: 'unknown',
      ageMs: 600,
    });
  });

  it('are metrics, also beside a catalogue that declares them', async () => {
    const registry = createRegistry({ catalogue: kotoba });
    const checks = createHealthChecks({ registry, everyMs: 60_000 })
      .add('good', () => undefined)
      .add('half', () => ({ status: 'degraded' }))
      .add('database', () => Promise.reject(new Error('down')))
      .add('dark', () => ({ status: 'unknown' }));
    await checks.run();
    const value = (name: string) =>
      registry.snapshot().value('health_check_status', { check_name: name });
    expect(['good', 'half', 'database', 'dark'].map(value)).to.eql([1, 0.5, 0, -1]);
    const labels = { check_name: 'good' };
    expect(registry.snapshot().value('health_check_duration_seconds', labels)).to.be.at.least(0);
    checks.remove('half');
    expect(value('half')).to.equal(undefined);
    checks.close();
    registry.close();
  });

  it('refuse what makes no sense', () => {
    const checks = health().add('once', () => undefined);
    expect(() => checks.add('once', () => undefined)).to.throw('"once" is there already');
    expect(() => checks.add('', () => undefined)).to.throw('needs a name; given ""');
    expect(() => checks.add('text', 'x' as never)).to.throw('"text" is no function');
    expect(() => checks.add('never', () => undefined, { everyMs: NaN })).to.throw(
      'everyMs of health check "never" does not fit; given NaN; allowed: milliseconds from 1',
    );
    checks.close();
  });
});
