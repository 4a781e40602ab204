import { expect } from 'chai';
import { inferUnit, unitsPerSecond } from '../../../lib/core/catalogue/units.js';

describe('units', () => {
  it('of time are known by how many a second has', () => {
    expect(unitsPerSecond('seconds')).to.equal(1);
    expect(unitsPerSecond('ms')).to.equal(1e3);
    expect(unitsPerSecond('milliseconds')).to.equal(1e3);
    expect(unitsPerSecond('us')).to.equal(1e6);
    expect(unitsPerSecond('microseconds')).to.equal(1e6);
    expect(unitsPerSecond('ns')).to.equal(1e9);
    expect(unitsPerSecond('nanoseconds')).to.equal(1e9);
    expect(unitsPerSecond('minutes')! * 60).to.equal(1);
    expect(unitsPerSecond('hours')! * 3600).to.equal(1);
    expect(unitsPerSecond('days')! * 86_400).to.equal(1);
  });

  it('that measure something else have none', () => {
    for (const unit of ['bytes', 'ratio', 'operations', '', undefined]) {
      expect(unitsPerSecond(unit)).to.equal(undefined);
    }
  });

  it('are read off a name', () => {
    expect(inferUnit('a_seconds')).to.equal('seconds');
    expect(inferUnit('a_latency_ms')).to.equal('ms');
    expect(inferUnit('a_bytes_total')).to.equal('bytes');
    expect(inferUnit('a_percent')).to.equal('percent');
  });

  it('are not read off a name that may mean something else', () => {
    for (const name of ['a_s', 'a_m', 'bytes', 'a_bytes_written', 'a_kilobytes', 'a', 'a_total']) {
      expect(inferUnit(name), name).to.equal(undefined);
    }
  });
});
