import { expect } from 'chai';
import { recordInfo } from '../../lib/collectors/index.js';
import { renderPrometheus } from '../../lib/exposition/index.js';
import { createRegistry, defineCatalogue, VsrMetricsError } from '../../lib/index.js';
import { thrownBy } from '../core/catalogue/thrown.js';

const empty = defineCatalogue({ name: 'empty', families: {} });

function open() {
  const registry = createRegistry({ catalogue: empty, defaultLabels: { app: 'shop' } });
  const lines = () =>
    renderPrometheus(registry.snapshot())
      .split('\n')
      .filter((line) => line.startsWith('shop_build_info'));
  return { registry, lines };
}

describe('recordInfo', () => {
  const name = 'shop_build_info';

  it('is a gauge that is 1, whose labels say what there is to know', () => {
    const { registry, lines } = open();
    recordInfo({ registry, name, labels: { version: '1.7.0', revision: 'a"1' } });
    expect(lines()).to.deep.equal([
      'shop_build_info{version="1.7.0",revision="a\\"1",app="shop"} 1',
    ]);
    void registry.close();
  });

  it('replaces what it said before, and needs no labels', () => {
    const { registry, lines } = open();
    recordInfo({ registry, name, labels: { version: '1' } });
    recordInfo({ registry, name, labels: { version: '1' } });
    recordInfo({ registry, name, labels: { version: '2' } });
    expect(lines()).to.deep.equal(['shop_build_info{version="2",app="shop"} 1']);
    recordInfo({ registry, name: 'bare_info', labels: {} });
    expect(registry.snapshot().value('bare_info')).to.equal(1);
    void registry.close();
  });

  it('refuses what does not fit, by its name', () => {
    const { registry } = open();
    recordInfo({ registry, name, labels: { version: '1' } });
    const cases: readonly (readonly [object, string])[] = [
      [{ name: 'shop_build' }, 'ends in _info'],
      [{ labels: { version: 5 } }, 'labels'],
      [{ lables: {} }, 'did you mean labels?'],
      [{ labels: { other: 'x' } }, name],
    ];
    for (const [wrong, message] of cases) {
      const error = thrownBy(() => recordInfo({ registry, name, labels: {}, ...wrong } as never));
      expect(error).to.be.instanceOf(VsrMetricsError);
      expect(error.message).to.include(message);
    }
    void registry.close();
  });
});
