import { expect } from 'chai';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { redisCheck } from '../../../lib/health/index.js';
import { type RedisServer, startRedis } from '../../servers/redis.js';
import { runOnce } from './running.js';

const password = 'hunter2';

describe('health check of a real Redis', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  before(async function () {
    redis = await startRedis(this, '--requirepass', password, '--maxmemory', '100mb');
  });
  after(() => redis?.program.stop());

  const address = () => `127.0.0.1:${redis.port}`;
  const url = () => `redis://:${password}@${address()}`;

  it('pings by address, and knows its memory', async () => {
    const { status, message, details } = await runOnce(
      redisCheck({ address: address(), password }),
    );
    expect(status, message).to.equal('healthy');
    expect(Number(details.used_memory_bytes)).to.be.above(100_000);
    expect(Number(details.used_memory_percent)).to.be.within(0, 50);
    const tight = redisCheck({ address: address(), password, degradedMemoryPercent: 0 });
    expect(await runOnce(tight)).to.include({ status: 'degraded' });
  });

  it('says why it is not let in', async () => {
    const { status, message } = await runOnce(redisCheck({ address: address() }));
    expect(status).to.equal('unhealthy');
    expect(message).to.equal(`${address()} answered: NOAUTH Authentication required.`);
    const wrong = await runOnce(redisCheck({ address: address(), password: 'wrong' }));
    expect(wrong.message).to.contain('answered: WRONGPASS');
    const named = { address: address(), username: 'default', password };
    expect(await runOnce(redisCheck(named))).to.include({ status: 'healthy' });
  });

  it('does with a user that may do nothing but ping', async () => {
    const administrator = new Redis(url());
    await administrator.acl('SETUSER', 'prober', 'on', '>pass', '+ping');
    administrator.disconnect();
    const user = { address: address(), username: 'prober', password: 'pass' };
    const { status, message, details } = await runOnce(redisCheck(user));
    expect(status, message).to.equal('healthy');
    expect(details).to.have.all.keys('response_time_ms');
  });

  it('pings by clients of ioredis and redis', async () => {
    const ioredis = new Redis(url());
    const client = createClient({ url: url() });
    await client.connect();
    try {
      for (const each of [ioredis, client]) {
        const { status, details, message } = await runOnce(redisCheck({ client: each }));
        expect(status, message).to.equal('healthy');
        expect(details).to.include.keys('used_memory_bytes', 'used_memory_percent');
      }
    } finally {
      ioredis.disconnect();
      client.destroy();
    }
  });

  it('finds one that hangs, that is back, and that is gone', async () => {
    const check = redisCheck({ address: address(), password });
    redis.program.freeze();
    const hanging = await runOnce(check, 200);
    redis.program.resume();
    expect(hanging).to.include({
      status: 'unhealthy',
      message: 'it had not ended after 200 ms',
    });
    expect(await runOnce(check)).to.include({ status: 'healthy' });
    await redis.program.stop();
    const { status, message } = await runOnce(check);
    expect([status, message]).to.eql(['unhealthy', `connect ECONNREFUSED ${address()}`]);
  });
});
