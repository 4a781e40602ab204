import { expect } from 'chai';
import fc from 'fast-check';
import { negotiate } from '../../lib/exposition/index.js';

const text = 'text/plain; version=0.0.4; charset=utf-8';
const text100 = 'text/plain; version=1.0.0; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const json = 'application/json; charset=utf-8';
const protobuf =
  'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

function contentTypes(headers: Record<string, string>): void {
  for (const [header, expected] of Object.entries(headers)) {
    expect(negotiate(header).contentType, header).to.equal(expected);
  }
}

describe('negotiate', () => {
  it('gives what Prometheus asks for, version by version', () => {
    const three =
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
      'application/openmetrics-text;version=0.0.1;q=0.5,' +
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,' +
      'text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
    const withProtobuf =
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;' +
      `encoding=delimited;q=0.7,${three}`;
    contentTypes({
      [three]: `${openMetrics}; escaping=allow-utf-8`,
      [withProtobuf]: protobuf,
      // 2.42 and 3 with native histograms
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1':
        protobuf,
      [`application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.7,${three}`]: `${protobuf}; escaping=allow-utf-8`,
      // 2.42
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1':
        openMetrics,
      // 2.30, which knows no released version of OpenMetrics
      'application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1': text,
      // 1.8
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1':
        protobuf,
    });
  });

  it('gives protobuf to those only who name it whole', () => {
    const whole = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily';
    contentTypes({
      [`${whole};encoding=delimited`]: protobuf,
      [`${whole};encoding=text`]: text,
      [`${whole};encoding=compact-text`]: text,
      [whole]: text,
      'application/vnd.google.protobuf': text,
      'application/vnd.google.protobuf;proto=other.Message;encoding=delimited': text,
      [`${whole};encoding=delimited;q=0, */*`]: text,
      'application/*': openMetrics,
    });
    expect(negotiate(`${whole};encoding=delimited`).format).to.equal('protobuf');
  });

  it('gives text 0.0.4 to whoever names nothing better', () => {
    expect(negotiate(undefined)).to.deep.equal({
      format: 'prometheus',
      contentType: text,
      escaping: 'underscores',
    });
    contentTypes({
      '': text,
      '*/*': text,
      'text/*': text,
      'text/plain': text,
      'text/plain; charset=utf-8': text,
      'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8': text,
      'image/png': text,
      'text/plain;version=0.0.5': text,
      'application/openmetrics-text;version=2.0.0': text,
    });
  });

  it('names the format beside its content type', () => {
    expect(negotiate('text/plain').format).to.equal('prometheus');
    expect(negotiate('text/plain;version=1.0.0').format).to.equal('prometheus');
    expect(negotiate('application/openmetrics-text').format).to.equal('openmetrics');
    expect(negotiate('application/json').format).to.equal('json');
  });

  it('prefers the highest quality, then the most exact name, then the first', () => {
    contentTypes({
      'text/plain;q=0.5,application/openmetrics-text;q=0.6': openMetrics,
      'text/plain;q=0.6,application/openmetrics-text;q=0.5': text,
      'application/json, text/plain;q=0.9': json,
      'text/plain, application/openmetrics-text': text,
      'application/openmetrics-text, text/plain': openMetrics,
      '*/*, application/openmetrics-text': openMetrics,
      'application/*': openMetrics,
      'application/*;q=0.5, */*;q=0.1': openMetrics,
      'application/openmetrics-text;q=0.001': openMetrics,
    });
  });

  it('takes the quality of a format from the range that names it most exactly', () => {
    contentTypes({
      'text/plain;q=0.2, */*;q=0.5': openMetrics,
      'text/plain;version=0.0.4;q=0.1, text/plain;q=0.9, application/*;q=0.5': `${text100}; escaping=underscores`,
      '*/*;q=0.9, application/openmetrics-text;q=0': text,
    });
  });

  it('refuses what has quality 0, unless nothing is left', () => {
    contentTypes({
      'text/plain;q=0, */*': openMetrics,
      'application/openmetrics-text;q=0.000, application/json': json,
      '*/*;q=0': text,
      'text/plain;q=0': text,
      'application/json;q=0': text,
    });
  });

  it('echoes a known escaping, and no other', () => {
    const om = 'application/openmetrics-text;version=1.0.0';
    contentTypes({
      [`${om};escaping=allow-utf-8`]: `${openMetrics}; escaping=allow-utf-8`,
      [`${om};escaping=dots`]: `${openMetrics}; escaping=dots`,
      [`${om};escaping=values`]: `${openMetrics}; escaping=values`,
      [`${om};escaping="underscores"`]: `${openMetrics}; escaping=underscores`,
      [om]: openMetrics,
      [`${om};escaping=none`]: openMetrics,
      [`${om};escaping="dots\r\nSet-Cookie: a=b"`]: openMetrics,
      'text/plain;version=1.0.0;escaping=values': `${text100}; escaping=values`,
      'text/plain;version=1.0.0': `${text100}; escaping=underscores`,
      'text/plain;version=0.0.4;escaping=values': text,
    });
  });

  it('says how names are to be written: as they are only for those who ask', () => {
    const om = 'application/openmetrics-text;version=1.0.0';
    const escapings: Record<string, string> = {
      [`${om};escaping=allow-utf-8`]: 'allow-utf-8',
      [`${om};escaping=values`]: 'values',
      [om]: 'underscores',
      'text/plain;version=1.0.0;escaping=dots': 'dots',
      'text/plain;version=1.0.0': 'underscores',
      // 0.0.4 has no notation for other names, and its content type cannot tell of one.
      'text/plain;version=0.0.4;escaping=allow-utf-8': 'underscores',
      '*/*': 'underscores',
      'application/json': 'allow-utf-8',
    };
    for (const [header, expected] of Object.entries(escapings)) {
      expect(negotiate(header).escaping, header).to.equal(expected);
    }
  });

  it('reads headers written in any way that is allowed', () => {
    contentTypes({
      'Application/OpenMetrics-Text ; Version = 1.0.0 ; Q=0.5': openMetrics,
      'text/plain;q=".1",application/openmetrics-text;version="1.0.0";q=0.2': openMetrics,
      ' , ,application/json,': json,
      'text/plain;note="a,b;q=1";q=0.1, application/json;q=0.2': json,
      'text/plain;note="\\"";q=0.1, application/json;q=0.2': json,
      'text/plain;Q=0.1, application/json;q=0.2': json,
      'application/openmetrics-text;version="1\\.0.0"': openMetrics,
      'text/plain, application/json;q=7': text,
      'application/json;q=1.': json,
      'application/json;q=0.33333333': json,
    });
  });

  it('leaves out what it cannot read', () => {
    contentTypes({
      'application/json;q=high': text,
      'application/json;q=-1': text,
      'application/json;q=': text,
      'application/json;q=1e0': text,
      'application / json': text,
      application: text,
      '/json': text,
      '*/json, application/json;q=0.1': json,
      ';;;': text,
      'nonsense, application/json': json,
      'application/json;flag': json,
      'text/plain;note="never closed, application/json': text,
      '/;q=0.1': text,
    });
  });

  it('has an answer to anything, and says nothing that it was told', () => {
    const known = [text, openMetrics, text100, json, protobuf].join('|').replaceAll('.', '\\.');
    const answer = new RegExp(`^(${known})(; escaping=(allow-utf-8|underscores|dots|values))?$`);
    const piece = fc.constantFrom(
      ...['text/plain', 'application/openmetrics-text', '*/*', ',', ';', '=', '"', '\\', ' ', 'q'],
      ...['version', 'escaping', '0.0.4', '1.0.0', 'dots', '0', '1', '\r\n', '😀'],
    );
    const header = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(header, (each) => {
        expect(negotiate(each).contentType).to.match(answer);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a long header in time that grows with its length', () => {
    // With the square of the length each of these would take minutes, beyond mocha's patience.
    for (const part of ['"', '\\"', ',', ';', 'a/b;', '"a', '=']) {
      expect(negotiate(part.repeat(200_000)).contentType).to.equal(text);
    }
  });
});
