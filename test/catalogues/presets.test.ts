// The presets against what the documents of the products say: written out here, not derived.

import { expect } from 'chai';
import * as catalogues from '../../lib/catalogues/index.js';

describe('presets', () => {
  it('say what the documents say, and nothing else', () => {
    const presets = Object.entries(catalogues).map(([name, catalogue]) => [
      name,
      'preset' in catalogue ? catalogue.preset : undefined,
    ]);
    expect(Object.fromEntries(presets)).to.deep.equal({
      vsr: {
        name: 'vsr',
        server: { port: 9090 },
        registry: { resourcesEveryMs: 5000 },
        otlp: {
          everyMs: 10_000,
          timeoutMs: 5000,
          serviceName: 'kimberlite-vsr',
          scopeName: 'kimberlite-vsr',
        },
      },
      kimberlite: { name: 'kimberlite', server: { port: 9090 } },
      streambus: { name: 'streambus', server: { port: 8080, healthWord: 'ok' } },
      kotoba: {
        name: 'kotoba',
        variables: 'KOTOBA',
        server: { port: 9090 },
        registry: { resourcesEveryMs: 15_000 },
        health: { everyMs: 30_000 },
      },
      kalki: { name: 'kalki', server: { port: 9090, healthWord: 'healthy' } },
      nodejs: undefined,
    });
  });

  it('cannot be changed by a program', () => {
    expect(() => Object.assign(catalogues.kotoba, { preset: {} })).to.throw(TypeError);
    expect(() => Object.assign(catalogues.kotoba.preset, { variables: 'X' })).to.throw(TypeError);
  });
});
