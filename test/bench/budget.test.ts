import { expect } from 'chai';
import { handlers } from '../../bench/budget/handlers.js';
import { vsr } from '../../lib/catalogues/index.js';
import { createRegistry } from '../../lib/index.js';

describe('the overhead budget of a replica', () => {
  for (const { name, create } of handlers) {
    it(`is measured on work that depends on every byte: ${name}`, () => {
      const digestsOf = (messageBytes: number): number[] => {
        const handler = create(messageBytes);
        return Array.from({ length: 200 }, () => {
          handler.handle();
          return handler.digest;
        });
      };
      expect(digestsOf(1024)).to.eql(digestsOf(1024));
      expect(digestsOf(1024)).not.to.eql(digestsOf(1032));
      expect(new Set(digestsOf(1024)).size).to.equal(200);
    });
  }

  for (const each of handlers) {
    it(`changes nothing of what is computed: ${each.name}`, () => {
      const registry = createRegistry({ catalogue: vsr, fixedLabels: { replica_id: '0' } });
      const [plain, recorded] = [each.create(1024), each.create(1024)];
      const record = each.instrument(recorded, registry);
      for (let operation = 0; operation < 200; operation++) {
        plain.handle();
        recorded.handle();
        record(registry.now());
      }
      expect(recorded.digest).to.equal(plain.digest);
      expect(registry.snapshot().histogram(each.latency)?.count).to.equal(200);
      registry.close();
    });
  }
});
