import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { compress } from '../../lib/exposition/index.js';

const page = Buffer.from('hits_total{path="/"} 1\n'.repeat(1000));

describe('compress', () => {
  it('compresses for those who take gzip', async () => {
    for (const accepted of [
      'gzip',
      'gzip, deflate, br',
      'br, GZIP;q=0.5',
      'x-gzip',
      '*',
      'identity;q=0.5, *;q=0.1',
      ' gzip ; q=1.0 ',
    ]) {
      const { body, headers } = await compress(page, accepted);
      expect(headers['Content-Encoding'], accepted).to.equal('gzip');
      expect(headers['Content-Length']).to.equal(body.length);
      expect(body.length).to.be.below(page.length / 10);
      expect(gunzipSync(body).equals(page)).to.equal(true);
    }
  });

  it('leaves the body alone for all others', async () => {
    for (const accepted of [
      undefined,
      '',
      'br',
      'identity',
      'gzip;q=0',
      'gzip;q=0.000, *',
      '*;q=0',
      'gzip;q=high',
      'gzipped',
    ]) {
      const { body, headers } = await compress(page, accepted);
      expect(body, accepted).to.equal(page);
      expect(headers).to.deep.equal({
        'Content-Length': page.length,
        Vary: 'Accept, Accept-Encoding',
      });
    }
  });

  it('leaves alone what is short', async () => {
    const short = page.subarray(0, 100);
    const { body, headers } = await compress(short, 'gzip');
    expect(body).to.equal(short);
    expect(headers).not.to.have.property('Content-Encoding');
  });
});
