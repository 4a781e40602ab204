import { expect } from 'chai';
import { findPeer, loadPeer } from '../../bench/harness/peers.js';

describe('packages to compare with', () => {
  it('are found with their version', () => {
    expect(findPeer('prom-client')).to.deep.equal({ version: '15.1.3' });
    const { Counter } = loadPeer<typeof import('prom-client')>('prom-client');
    expect(Counter).to.be.a('function');
  });

  it('say why they cannot be measured', () => {
    expect(findPeer('no-such-package').unavailable).to.equal('no-such-package is not installed');
    expect(findPeer('prom-client', '14.0.0').unavailable).to.match(
      /^prom-client .* needs Node 16$/,
    );
    expect(() => loadPeer('no-such-package')).to.throw('no-such-package is not installed');
  });
});
