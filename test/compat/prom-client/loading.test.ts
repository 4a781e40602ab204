// However it is loaded, there is one package with one default registry; a test runner that loads
// modules anew gets a new one.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { inPackage } from '../../support/package-root.js';
import { runProgram } from '../../support/processes.js';

describe("loading 'vsr-metrics/prom-client'", () => {
  // Inside the package, so that its own name resolves as it does for users.
  const folder = inPackage('.cache', `prom-client-${process.pid}`);

  before(() => mkdir(folder, { recursive: true }));
  after(() => rm(folder, { recursive: true, force: true }));

  async function output(name: string, text: string): Promise<string> {
    await writeFile(`${folder}/${name}`, text);
    const { stdout, stderr } = await runProgram(process.execPath, [`${folder}/${name}`]);
    expect(stderr).to.equal('');
    return stdout;
  }

  it('gives the same to require and import, in every form', async () => {
    const text = `
      import { createRequire } from 'node:module';
      import client, { Counter, contentType, register } from 'vsr-metrics/prom-client';
      import * as namespace from 'vsr-metrics/prom-client';
      const required = createRequire(import.meta.url)('vsr-metrics/prom-client');
      const missing = Object.keys(required).filter((name) => namespace[name] !== required[name]);
      console.log(client === required, Counter === required.Counter, missing.length, contentType);
      required.contentType = required.openMetricsContentType;
      console.log(register.contentType === required.contentType, register === namespace.register);`;
    expect(await output('import.mjs', text)).to.equal(
      'true true 0 text/plain; version=0.0.4; charset=utf-8\ntrue true\n',
    );
  });

  it('works in CommonJS, and anew after the modules were forgotten', async () => {
    const text = `
      const { Counter, register } = require('vsr-metrics/prom-client');
      new Counter({ name: 'a_total', help: 'A' }).inc();
      for (const path of Object.keys(require.cache)) delete require.cache[path];
      const again = require('vsr-metrics/prom-client');
      new again.Counter({ name: 'a_total', help: 'A' });
      Promise.all([register.metrics(), again.register.metrics()]).then(console.log);`;
    const shown = await output('require.cjs', text);
    expect(shown).to.include('a_total 1').and.to.include('a_total 0');
  });

  it('needs no right to make code from text', async () => {
    const text = `
      const { Counter, register } = require('vsr-metrics/prom-client');
      const counter = new Counter({ name: 'a_total', help: 'A', labelNames: ['b', 'c'] });
      for (const c of [1, '1', 2]) counter.inc({ b: 'x', c });
      register.metrics().then(console.log);`;
    await writeFile(`${folder}/strict.cjs`, text);
    const flags = ['--disallow-code-generation-from-strings'];
    const { stdout } = await runProgram(process.execPath, [...flags, `${folder}/strict.cjs`]);
    expect(stdout).to.include('a_total{b="x",c="1"} 2\na_total{b="x",c="2"} 1\n');
  });

  // As jest and others do: what is required by this name is exchanged.
  for (const name of ['fs', 'http', 'https', 'perf_hooks', 'util', 'v8', 'zlib']) {
    it(`requires '${name}' by the name that tests mock`, async () => {
      const text = `
        const Module = require('node:module');
        const load = Module._load;
        const asked = [];
        Module._load = function (request, ...rest) {
          asked.push(request);
          return load.call(this, request, ...rest);
        };
        require('vsr-metrics/prom-client');
        const ours = asked.filter((each) => each.replace('node:', '') === '${name}');
        console.log([...new Set(ours)].join());`;
      expect(await output('mocked.cjs', text)).to.equal(`${name}\n`);
    });
  }

  it("sends through the 'http' of a test", async () => {
    const text = `
      const Module = require('node:module');
      const load = Module._load;
      const http = {
        request(options, answered) {
          console.log(options.method, options.path);
          const { EventEmitter } = require('node:events');
          const request = new EventEmitter();
          return Object.assign(request, {
            write: (body) => console.log(body.includes('jobs_total 1')),
            end() {
              const response = new EventEmitter();
              answered(Object.assign(response, { statusCode: 202, setEncoding() {} }));
              response.emit('end');
            },
          });
        },
      };
      Module._load = function (request, ...rest) {
        return request === 'http' ? http : load.call(this, request, ...rest);
      };
      const { Counter, Pushgateway } = require('vsr-metrics/prom-client');
      new Counter({ name: 'jobs_total', help: 'Jobs' }).inc();
      new Pushgateway('http://gateway.invalid').push({ jobName: 'a' }).then(() => console.log('sent'));`;
    expect(await output('gateway.cjs', text)).to.equal('PUT /metrics/job/a\ntrue\nsent\n');
  });
});
