import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect } from 'chai';
import {
  type Batch,
  noLinkFaults,
  Transport,
} from '../../../examples/vsr-cluster/cluster/transport.js';

describe('the network between the threads of the VSR cluster', () => {
  it('sends what collected as one batch, and what is delayed by itself, with the time each left', async () => {
    const { port1, port2 } = new MessageChannel();
    const transport = new Transport(() => undefined);
    transport.connect(1, port1);
    const received: Batch[] = [];
    port2.on('message', (batch: Batch) => received.push(batch));
    transport.faults = { ...noLinkFaults, delay: 20 };
    transport.send(1, 'late', 100);
    transport.faults = noLinkFaults;
    transport.send(1, 'first', 101);
    transport.send(1, 'second', 102);
    transport.flush();
    while (received.length < 2) await once(port2, 'message');
    expect(received).to.deep.equal([
      { sentAt: [101, 102], to: [1, 1], frames: ['first', 'second'] },
      { sentAt: [100], to: [1], frames: ['late'] },
    ]);
    expect(transport.counts.sent.get(1)).to.equal('latefirstsecond'.length);
    transport.close();
    port2.close();
  });
});
