import { expect } from 'chai';
import { vsr } from '../../lib/catalogues/index.js';
import {
  type RenderOptions,
  renderBytes,
  renderChunks,
  renderJson,
  renderOpenMetrics,
  renderPrometheus,
} from '../../lib/exposition/index.js';
import type { Snapshot } from '../../lib/index.js';
import { filledRegistry } from './filled.js';

const renderers = {
  prometheus: renderPrometheus,
  openmetrics: renderOpenMetrics,
  json: (snapshot: Snapshot, _: RenderOptions) => renderJson(snapshot),
};

const formats = ['prometheus', 'openmetrics', 'json'] as const;
const options = { quantiles: {} };

describe('renderings as bytes', () => {
  const snapshot = filledRegistry(vsr).snapshot();

  for (const format of formats) {
    const text = renderers[format](snapshot, options);

    it(`are the UTF-8 of the text: ${format}`, () => {
      const bytes = renderBytes(format, snapshot, options);
      expect(Buffer.from(bytes).toString()).to.equal(text);
      // Some help texts are not ASCII, so it is UTF-8 and not another encoding.
      expect(bytes.length).to.be.above(text.length);
    });

    it(`are the same in chunks of any size: ${format}`, () => {
      for (const chunkBytes of [1, 100, 5000, 1e9]) {
        const chunks = [...renderChunks(format, snapshot, { ...options, chunkBytes })];
        expect(Buffer.concat(chunks).toString()).to.equal(text);
      }
    });
  }

  it('come in chunks of about the size that was asked for', () => {
    const sizes = Array.from(
      renderChunks('prometheus', snapshot, { chunkBytes: 4096 }),
      (chunk) => chunk.length,
    );
    expect(sizes.length).to.be.above(3);
    // Numbers come on top, and a piece is not cut.
    for (const size of sizes) expect(size).to.be.below(8192);
    for (const size of sizes.slice(0, -1)) expect(size).to.be.above(2048);
  });

  it('stay those of their snapshot while others are rendered', () => {
    const registry = filledRegistry(vsr);
    const before = registry.snapshot();
    const whole = renderPrometheus(before);
    const chunks: Uint8Array[] = [];
    for (const chunk of renderChunks('prometheus', before, { chunkBytes: 1000 })) {
      chunks.push(chunk);
      (registry.metrics as { viewNumber: { with(l: object): { set(v: number): void } } }).viewNumber
        .with({ replica_id: 'alpha' })
        .set(chunks.length);
      renderPrometheus(registry.snapshot());
    }
    expect(Buffer.concat(chunks).toString()).to.equal(whole);
    expect(renderPrometheus(before)).to.equal(whole);
  });
});
