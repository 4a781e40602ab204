import { expect } from 'chai';
import { separateCredentials } from '../../lib/core/credentials.js';
import { redact } from '../../lib/core/redact.js';
import { RegistryError } from '../../lib/index.js';

describe('what messages do not show', () => {
  it('are the name and the password of a URL, whatever is in them', () => {
    for (const [text, expected] of [
      ['postgres://ledger:hunter2@db:5432/x', 'postgres://***@db:5432/x'],
      ['http://any:p@ss@host:1/metrics', 'http://***@host:1/metrics'],
      ['amqp://u:pa/ss@mq', 'amqp://***@mq'],
      ['http://token@host', 'http://***@host'],
      ['http://:s3cret@[::1]:9464/', 'http://***@[::1]:9464/'],
      ['a redis://x:y@one, and a redis://z:w@two', 'a redis://***@one, and a redis://***@two'],
    ]) {
      expect(redact(text!), text).to.equal(expected);
    }
  });

  it('are values that are called a secret', () => {
    for (const [text, expected] of [
      ['host=db password=hunter2 user=x', 'host=db password=*** user=x'],
      [`password='hun ter2' host=db`, 'password=*** host=db'],
      ['GET /x?api_key=abc&a=1', 'GET /x?api_key=***&a=1'],
      ['{"token":"abc","a":1}', '{"token":***,"a":1}'],
      ['PGPASSWORD=x DB_PASSWORD=y', 'PGPASSWORD=*** DB_PASSWORD=***'],
      ['Authorization: Bearer abc.def', 'Authorization: ***'],
      ['sent Bearer abcdef.ghi', 'sent Bearer ***'],
      ['sent Basic YTpiY2Q=', 'sent Basic ***'],
    ]) {
      expect(redact(text!), text).to.equal(expected);
    }
  });

  it('are not what only looks alike', () => {
    for (const text of [
      'A token is needed.',
      'http://host:9464/metrics',
      'http://localhost:80/a b@c',
      'the option token of a server does not fit; allowed: visible ASCII',
      'Unexpected token x in JSON',
      'a basic check',
      '{"a":"//b"}',
    ]) {
      expect(redact(text)).to.equal(text);
    }
  });

  it('do not stand in any error of the library', () => {
    const error = new RegistryError('VSR_METRICS_REGISTRY_OPTIONS', {
      problem: 'it cannot be read',
      given: 'http://reader:hunter2@host',
    });
    expect(error.message).to.equal('it cannot be read; given "http://***@host"');
  });

  it('take no long time to find', () => {
    for (const text of ['//', '//a:', 'token', 'token=', 'Bearer ', '"password":"', '//a@']) {
      // Quadratic would be minutes, longer than a test may take.
      redact(text.repeat(20_000));
    }
  });

  it('are sent as a header instead', () => {
    const { url, authorization } = separateCredentials('http://any:p%40ss@host:1/metrics');
    expect(url.href).to.equal('http://host:1/metrics');
    expect(authorization).to.equal(`Basic ${Buffer.from('any:p@ss').toString('base64')}`);
    expect(separateCredentials('http://100%:%@host').authorization).to.be.a('string');
    expect(separateCredentials('http://host').authorization).to.equal(undefined);
  });
});
