import { expect } from 'chai';
import { type OtlpProtocol, type OtlpSettings, startOtlp } from '../../../lib/export/otlp/index.js';
import { createRegistry } from '../../../lib/index.js';
import { fixture } from '../../fixtures/catalogue.js';
import { runFixture } from '../../support/fixtures.js';
import { type Point, pointsOf } from './received.js';
import { type Behaviour, closeReceivers, type Receiver, startReceiver } from './receivers.js';

const protocols: readonly OtlpProtocol[] = ['grpc', 'http/protobuf', 'http/json'];
/** What says: not now, come again. */
const unavailable = { grpc: 14, 'http/protobuf': 503, 'http/json': 503 } as const;
/** What says: never. */
const malformed = { grpc: 3, 'http/protobuf': 400, 'http/json': 400 } as const;

/** An exporter of a counter, with its warnings caught. */
async function exporting(
  receiver: Pick<Receiver, 'endpoint'>,
  settings: OtlpSettings,
  use: (step: (amount: number) => Promise<boolean>, counts: () => Counts) => Promise<void>,
): Promise<void> {
  const registry = createRegistry({ catalogue: fixture });
  const { endpoint } = receiver;
  const otlp = await startOtlp({ registry, endpoint, everyMs: 3_600_000, ...settings });
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    await use(
      (amount) => {
        registry.metrics.count.inc(amount);
        return otlp.flush();
      },
      () => otlp.counts,
    );
  } finally {
    await otlp.close();
    process.emitWarning = emitWarning;
    registry.close();
  }
}

type Counts = Awaited<ReturnType<typeof startOtlp>>['counts'];

/** As a receiver must that knows that batches come twice: a stretch of time counts once. */
function sumOfStretches(points: readonly Point[]): number {
  const stretches = new Map(points.map(({ start, time, value }) => [`${start} ${time}`, value!]));
  return [...stretches.values()].reduce((sum, value) => sum + value, 0);
}

function valuesIn(receiver: Receiver): (number | undefined)[] {
  return pointsOf(receiver.requests, 'fixture_total').map(({ value }) => value);
}

describe('An OTLP exporter whose receiver fails', () => {
  afterEach(closeReceivers);

  for (const protocol of protocols) {
    it(`loses nothing while nobody listens, over ${protocol}`, async () => {
      const gone = await startReceiver(protocol);
      const port = Number(new URL(gone.endpoint).port);
      await gone.close();
      for (const temporality of ['cumulative', 'delta'] as const) {
        const settings = { protocol, temporality, timeoutMs: 500 };
        await exporting(gone, settings, async (step, counts) => {
          expect(await step(1)).to.equal(false);
          expect(await step(2)).to.equal(false);
          const receiver = await startReceiver(protocol, port);
          // gRPC waits a moment before it connects again.
          let amount = 4;
          while (!(await step(amount))) amount = 0;
          const points = pointsOf(receiver.requests, 'fixture_total');
          expect(temporality === 'delta' ? sumOfStretches(points) : points.at(-1)!.value).to.equal(
            7,
          );
          expect(counts()).to.include({ succeeded: 1, dropped: 0 });
          expect(counts().failed).to.be.at.least(2);
          await receiver.close();
        });
      }
    });

    it(`tries again within an export, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol);
      receiver.next.push({ status: unavailable[protocol] });
      await exporting(receiver, { protocol, temporality: 'delta' }, async (step, counts) => {
        expect(await step(3)).to.equal(true);
        const [first, second, ...more] = receiver.attempts;
        expect(more).to.deep.equal([]);
        // A second, 20 per cent more or less.
        expect(second! - first!).to.be.at.least(790);
        expect(valuesIn(receiver)).to.deep.equal([3]);
        expect(counts()).to.include({ succeeded: 1, failed: 0 });
      });
    });

    it(`sends a stretch again that may have arrived, with the same times, over ${protocol}`, async () => {
      for (const behaviour of ['accept-silently', 'hang'] as const) {
        const receiver = await startReceiver(protocol);
        receiver.next.push(behaviour, behaviour);
        const settings = { protocol, temporality: 'delta', timeoutMs: 300 } as const;
        await exporting(receiver, settings, async (step, counts) => {
          expect(await step(1)).to.equal(false);
          expect(await step(2)).to.equal(false);
          expect(await step(4)).to.equal(true);
          expect(await step(8)).to.equal(true);
          const points = pointsOf(receiver.requests, 'fixture_total');
          expect(sumOfStretches(points)).to.equal(15);
          const again = behaviour === 'hang' ? [1, 2, 4, 8] : [1, 1, 2, 1, 2, 4, 8];
          expect(points.map(({ value }) => value)).to.deep.equal(again);
          expect(counts()).to.include({ succeeded: 2, failed: 2, dropped: 0 });
          expect(counts().retried).to.be.greaterThan(0);
        });
      }
    });

    it(`gives up what is refused for good, and says so, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol);
      for (const temporality of ['cumulative', 'delta'] as const) {
        receiver.next.push({ status: malformed[protocol] });
        const before = receiver.attempts.length;
        await exporting(receiver, { protocol, temporality }, async (step, counts) => {
          expect(await step(1)).to.equal(false);
          expect(receiver.attempts.length - before).to.equal(1);
          expect(await step(2)).to.equal(true);
          expect(valuesIn(receiver).at(-1)).to.equal(temporality === 'delta' ? 2 : 3);
          if (temporality === 'delta') expect(counts().dropped).to.be.greaterThan(0);
          else expect(counts().dropped).to.equal(0);
        });
      }
    });

    it(`is done with a connection that breaks, over ${protocol}`, async () => {
      const receiver = await startReceiver(protocol);
      receiver.next.push('reset');
      await exporting(receiver, { protocol, temporality: 'delta' }, async (step) => {
        expect(await step(6)).to.equal(true);
        expect(valuesIn(receiver)).to.deep.equal([6]);
      });
    });
  }

  it('heeds Retry-After, as long as the timeout allows', async () => {
    const receiver = await startReceiver('http/protobuf');
    const retryAfter = (seconds: number): Behaviour => ({ status: 503, retryAfter: seconds });
    receiver.next.push(retryAfter(2));
    await exporting(receiver, {}, async (step) => {
      expect(await step(1)).to.equal(true);
      const [first, second] = receiver.attempts;
      expect(second! - first!).to.be.at.least(1990);
      // Longer than an export may take: the next one comes soon enough.
      receiver.next.push(retryAfter(60));
      expect(await step(1)).to.equal(false);
      expect(receiver.attempts).to.have.length(3);
    });
  });

  it('keeps no more than ten stretches apart, however long it lasts, and loses none', async () => {
    const receiver = await startReceiver('http/protobuf');
    const settings = { temporality: 'delta', timeoutMs: 200 } as const;
    await exporting(receiver, settings, async (step, counts) => {
      for (let failure = 0; failure < 25; failure++) {
        receiver.next.push({ status: 503 });
        expect(await step(1)).to.equal(false);
      }
      expect(await step(1)).to.equal(true);
      expect(valuesIn(receiver)).to.deep.equal([17, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
      expect(counts()).to.include({ succeeded: 1, failed: 25, dropped: 0 });
    });
  });

  it('holds no process alive @slow', async () => {
    for (const protocol of protocols) {
      const receiver = await startReceiver(protocol);
      const args = [receiver.endpoint, protocol];
      const { code, stdout, stderr } = await runFixture('otlp', { args });
      expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: 'sent\n', stderr: '' });
      // One that was asked for, and one at the end of the program.
      expect(receiver.requests).to.have.length(2);
    }
  });
});
