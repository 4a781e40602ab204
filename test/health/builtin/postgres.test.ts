import { expect } from 'chai';
import pg from 'pg';
import { postgresCheck } from '../../../lib/health/index.js';
import { type PostgresServer, startPostgres } from '../../servers/postgres.js';
import { runOnce } from './running.js';

describe('health check of a real PostgreSQL @slow', function () {
  this.timeout(120_000);
  let server: PostgresServer;
  before(async function () {
    const tight = ['max_connections=3', 'superuser_reserved_connections=0', 'max_wal_senders=0'];
    server = await startPostgres(this, ...tight);
  });
  after(() => server?.stop());

  const address = () => `127.0.0.1:${server.port}`;
  const login = () => ({
    ...{ host: '127.0.0.1', port: server.port, user: 'postgres', password: 'secret' },
    connectionTimeoutMillis: 30_000,
  });

  it('asks by address, with a user that there is and one that there is not', async () => {
    for (const user of ['postgres', 'nobody-of-that-name']) {
      const found = await runOnce(postgresCheck({ address: address(), user }));
      expect(found.status, found.message).to.equal('healthy');
      expect(Number(found.details.response_time_ms)).to.be.at.least(0);
    }
  });

  it('queries by a client, and knows who waits in a pool', async () => {
    const pool = new pg.Pool({ ...login(), max: 2 });
    try {
      const check = postgresCheck({ client: pool });
      const found = await runOnce(check);
      expect(found.status, found.message).to.equal('healthy');
      expect(found.details).to.include({ pool_total: '1', pool_idle: '1', pool_waiting: '0' });
      // Some wait before the check, some behind it.
      const sleep = () => pool.query('SELECT pg_sleep(0.3)');
      const before = [sleep(), sleep(), sleep(), sleep()];
      const first = runOnce(postgresCheck({ client: pool, degradedMs: 60_000 }));
      const behind = [sleep(), sleep(), sleep(), sleep()];
      const waited = await first;
      await Promise.all([...before, ...behind]);
      expect(waited.status).to.equal('degraded');
      expect(waited.message).to.match(/^\d wait for a connection$/);
    } finally {
      await pool.end();
    }
  });

  it('finds one that has no connection left, and one that is gone', async () => {
    const clients = Array.from({ length: 3 }, () => new pg.Client(login()));
    try {
      for (const client of clients) await client.connect();
      const { status, message } = await runOnce(postgresCheck({ address: address() }));
      expect([status, message]).to.eql([
        'unhealthy',
        `${address()} answered: sorry, too many clients already`,
      ]);
    } finally {
      for (const client of clients) await client.end();
    }
    await server.stop();
    const gone = await runOnce(postgresCheck({ address: address() }));
    expect([gone.status, gone.message]).to.eql(['unhealthy', `connect ECONNREFUSED ${address()}`]);
  });
});
