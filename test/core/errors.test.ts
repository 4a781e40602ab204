import { expect } from 'chai';
import {
  BudgetError,
  CatalogueError,
  EncodingError,
  LabelError,
  RegistryError,
  ServerError,
  show,
  VsrMetricsError,
} from '../../lib/core/errors.js';

describe('errors', () => {
  it('have a common base, a name, a code and the metric', () => {
    for (const Class of [
      BudgetError,
      CatalogueError,
      EncodingError,
      LabelError,
      RegistryError,
      ServerError,
    ]) {
      const error = new Class('VSR_METRICS_LABEL_VALUE', { metric: 'a', problem: 'is wrong' });
      expect(error).to.be.instanceOf(VsrMetricsError).and.to.be.instanceOf(Error);
      expect(error.name).to.equal(Class.name);
      expect(error.code).to.equal('VSR_METRICS_LABEL_VALUE');
      expect(error.metric).to.equal('a');
      expect(error.cause).to.equal(undefined);
      expect(error).not.to.have.property('cause');
    }
  });

  it('say what is wrong, what was given and what is allowed', () => {
    const message = (details: ConstructorParameters<typeof VsrMetricsError>[1]) =>
      new VsrMetricsError('VSR_METRICS_LABEL_VALUE', details).message;
    expect(message({ problem: 'is wrong' })).to.equal('is wrong');
    expect(message({ problem: 'is wrong', metric: 'a', catalogue: 'b' })).to.equal(
      'metric "a": is wrong',
    );
    expect(message({ problem: 'is wrong', catalogue: 'b', given: 'x' })).to.equal(
      'catalogue "b": is wrong; given "x"',
    );
    expect(message({ problem: 'is wrong', given: undefined, allowed: ['x', 'y'] })).to.equal(
      'is wrong; given undefined; allowed: "x", "y"',
    );
    expect(message({ problem: 'is wrong', allowed: 'numbers' })).to.equal(
      'is wrong; allowed: numbers',
    );
    expect(message({ problem: 'is wrong', allowed: [] })).to.equal('is wrong; allowed: none');
  });

  it('keep the cause', () => {
    const cause = new TypeError('deeper');
    const error = new RegistryError('VSR_METRICS_REGISTRY_FULL', { problem: 'is full', cause });
    expect(error.cause).to.equal(cause);
  });

  it('show any value in one short line', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(show('a"b\n')).to.equal('"a\\"b\\n"');
    expect(show(Number.NaN)).to.equal('NaN');
    expect(show(-0.5)).to.equal('-0.5');
    expect(show(7n)).to.equal('7');
    expect(show(undefined)).to.equal('undefined');
    expect(show(null)).to.equal('null');
    expect(show(Symbol('s'))).to.equal('symbol');
    expect(show(() => 1)).to.equal('function');
    expect(show(cycle)).to.equal('an object');
    expect(show([7n])).to.equal('an object');
    expect(show({ a: [1, 'b'] })).to.equal('{"a":[1,"b"]}');
    expect(show('x'.repeat(1e6))).to.have.length(120);
  });
});
