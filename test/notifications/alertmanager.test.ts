import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AlertsError } from 'vsr-metrics';
import { type AlertmanagerReceiver, alertmanager, type Notice } from 'vsr-metrics/notifications';
import { lacking } from '../exposition/programs.js';
import { startAlertmanager, whyNoAlertmanager } from '../servers/alertmanager.js';
import { until } from '../support/until.js';

interface Posted {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly alerts: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly startsAt: string;
    readonly endsAt: string;
  }[];
}

const startsAt = Date.now() - 60_000;

function notice(name: string, more: Partial<Notice> = {}): Notice {
  return {
    labels: { alertname: name, severity: 'critical' },
    annotations: { summary: `${name} fires` },
    startsAt,
    endsAt: undefined,
    value: 1,
    generatorUrl: '',
    ...more,
  };
}

describe('alertmanager()', () => {
  const closing: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  /** A server that keeps what is posted to it, and answers as it is told. */
  async function listen(answer: (response: ServerResponse, count: number) => void) {
    const posted: Posted[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { url: path, headers } = request;
        posted.push({ path, headers, alerts: JSON.parse(body) as Posted['alerts'] });
        answer(response, posted.length);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return { posted, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  const ok = (response: ServerResponse) => void response.end();

  function idle(receiver: AlertmanagerReceiver): boolean {
    const handled = receiver.counts.map(({ sent, failed }) => sent + failed);
    return handled.every((count) => count > 0);
  }

  it('tells every Alertmanager, with an end of four intervals of resending', async () => {
    const [one, other] = [await listen(ok), await listen(ok)];
    const urls = [`http://reader:pass@${one.host}/prefix/`, `http://${other.host}`];
    const receiver = alertmanager({ urls, resendMs: 30_000, intervalMs: 45_000 });
    const before = Date.now();
    receiver.tell([notice('A')]);
    // Nothing has changed, and it is not time to send it again.
    receiver.tell([notice('A')]);
    await receiver.close();
    const after = Date.now();
    expect(one.posted.map(({ path }) => path)).to.eql(['/prefix/api/v2/alerts']);
    expect(other.posted.map(({ path }) => path)).to.eql(['/api/v2/alerts']);
    expect(one.posted[0]?.headers.authorization).to.equal(`Basic ${btoa('reader:pass')}`);
    expect(other.posted[0]?.headers.authorization).to.equal(undefined);
    const [alert] = one.posted[0]!.alerts;
    expect(Date.parse(alert!.startsAt)).to.equal(startsAt);
    expect(Date.parse(alert!.endsAt)).to.be.within(before + 180_000, after + 180_000);
  });

  it('sends 64 at once, and gives up the oldest when too many wait', async () => {
    const { posted, host } = await listen(ok);
    const receiver = alertmanager({ url: `http://${host}`, keep: 100 });
    receiver.tell(Array.from({ length: 130 }, (_, index) => notice(`A${index}`)));
    await receiver.close();
    expect(posted.map(({ alerts }) => alerts.length)).to.eql([64, 36]);
    expect(posted[0]?.alerts[0]?.labels.alertname).to.equal('A30');
    expect(receiver.counts).to.eql([{ host, sent: 100, failed: 0, dropped: 30, waiting: 0 }]);
  });

  it('sends what failed with what comes next, in its newest state', async () => {
    for (const fail of [
      (response: ServerResponse) => void response.writeHead(503).end(),
      (response: ServerResponse) => void response.writeHead(429).end(),
      (response: ServerResponse) => void response.destroy(),
      (response: ServerResponse) => {
        response.writeHead(200, { 'Content-Length': 10 }).write('{');
        setImmediate(() => response.destroy());
      },
      // No answer at all.
      () => undefined,
    ]) {
      const { posted, host } = await listen((response, count) =>
        count === 1 ? fail(response) : ok(response),
      );
      const warnings: string[] = [];
      const onWarning = ({ message }: { readonly message: string }) => void warnings.push(message);
      const receiver = alertmanager({ url: `http://u:hidden@${host}`, timeoutMs: 200, onWarning });
      receiver.tell([notice('A'), notice('B')]);
      await until(() => idle(receiver));
      expect(receiver.counts[0]).to.include({ failed: 2, waiting: 2, dropped: 0 });
      const endsAt = startsAt + 1000;
      receiver.tell([notice('A', { endsAt })]);
      await receiver.close();
      const names = posted.map(({ alerts }) => alerts.map(({ labels }) => labels.alertname));
      expect(names).to.eql([
        ['A', 'B'],
        ['B', 'A'],
      ]);
      expect(Date.parse(posted[1]!.alerts[1]!.endsAt)).to.equal(endsAt);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).not.to.include('hidden');
    }
  });

  it('sends what failed again by itself, when nothing else comes', async () => {
    const { posted, host } = await listen((response, count) =>
      count === 1 ? void response.writeHead(500).end() : ok(response),
    );
    const receiver = alertmanager({ url: `http://${host}`, resendMs: 20, onWarning: () => {} });
    closing.push(() => receiver.close());
    receiver.tell([notice('A', { endsAt: startsAt + 1 })]);
    await until(() => receiver.counts[0]?.sent === 1);
    expect(posted).to.have.length(2);
  });

  it('keeps the newer state of an alert whose older one fails meanwhile', async () => {
    let failFirst: () => unknown = () => undefined;
    const { posted, host } = await listen((response, count) => {
      if (count === 1) failFirst = () => response.writeHead(500).end();
      else ok(response);
    });
    const receiver = alertmanager({ url: `http://${host}`, onWarning: () => {} });
    receiver.tell([notice('A')]);
    await until(() => posted.length === 1);
    const endsAt = startsAt + 1000;
    receiver.tell([notice('A', { endsAt })]);
    failFirst();
    await receiver.close();
    expect(posted[1]?.alerts.map((alert) => Date.parse(alert.endsAt))).to.eql([endsAt]);
  });

  it('gives up what Alertmanager refuses', async () => {
    const { posted, host } = await listen((response) => void response.writeHead(400).end());
    const receiver = alertmanager({ url: `http://${host}`, onWarning: () => {} });
    receiver.tell([notice('A')]);
    await receiver.close();
    expect(posted).to.have.length(1);
    expect(receiver.counts).to.eql([{ host, sent: 0, failed: 1, dropped: 1, waiting: 0 }]);
  });

  it('trusts a server whose certificate is given, and no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vsr-metrics-tls-'));
    closing.push(async () => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.crt')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const command = ['req', '-x509', '-days', '2', ...kind, '-keyout', key, '-out', cert];
    execFileSync('openssl', [...command, ...subject], { stdio: 'ignore' });
    const ca = readFileSync(cert, 'utf8');
    const seen: (string | undefined)[] = [];
    const server = createSecureServer({ key: readFileSync(key), cert: ca }, (request, response) => {
      seen.push(request.headers.authorization);
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => void server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const wary = alertmanager({ url, token: 'letmein', onWarning: () => {} });
    wary.tell([notice('A')]);
    await wary.close();
    expect(seen).to.eql([]);
    const trusting = alertmanager({ url, token: 'letmein', ca });
    trusting.tell([notice('A')]);
    await trusting.close();
    expect(seen).to.eql(['Bearer letmein']);
    expect(trusting.counts[0]).to.include({ sent: 1, failed: 0 });
  });

  it('refuses options that there are not, and shows no secret', () => {
    const given = { ulr: 'http://127.0.0.1' } as object;
    expect(() => alertmanager(given)).to.throw(AlertsError, 'did you mean url?');
    expect(() => alertmanager({})).to.throw(AlertsError, 'either the option url or');
    const url = 'http://127.0.0.1';
    expect(() => alertmanager({ url, token: 'hidden\r\nHost: x' })).to.throw(/^(?!.*hidden)/s);
    expect(() => alertmanager({ url: 'ftp://u:hidden@x' })).to.throw(/^(?!.*hidden)/s);
  });

  it('is understood by a real Alertmanager: alerts arrive, as amtool shows, and end', async function () {
    const reason = await whyNoAlertmanager();
    if (reason !== undefined) lacking(this, reason);
    const server = await startAlertmanager();
    closing.unshift(() => server.stop());
    const shown = async () => {
      const alerts = JSON.parse(await server.amtool('alert', 'query', '-o', 'json')) as Notice[];
      return alerts.map(({ labels, annotations }) => ({ labels, annotations }));
    };
    const receiver = alertmanager({ url: server.url });
    closing.unshift(() => receiver.close());
    const fires = notice('VsrNoLeader', { labels: { alertname: 'VsrNoLeader', odd: 'ü "\n' } });
    receiver.tell([fires]);
    await until(() => receiver.counts[0]?.sent === 1);
    expect(await shown()).to.eql([{ labels: fires.labels, annotations: fires.annotations }]);
    receiver.tell([{ ...fires, endsAt: Date.now() - 1 }]);
    await until(() => receiver.counts[0]?.sent === 2);
    expect(await shown()).to.eql([]);
    expect(receiver.counts[0]).to.include({ failed: 0, dropped: 0 });
  });
});
