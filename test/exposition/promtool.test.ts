import { expect } from 'chai';
import type { Catalogue } from '../../lib/core/catalogue/types.js';
import { renderPrometheus } from '../../lib/exposition/index.js';
import { allCatalogues, filledRegistry } from './filled.js';
import { feed, needPromtool } from './programs.js';

const counterWithoutTotal = 'counter metrics should have "_total" suffix';
const totalWithoutCounter = 'non-counter metrics should not have "_total" suffix';
const abbreviated = 'metric names should not contain abbreviated units';
const countWithoutHistogram =
  'non-histogram and non-summary metrics should not have "_count" suffix';

// What promtool may remark on: names that documents fix. Anything else is a mistake in a rendering.
const allowed: Readonly<Record<string, readonly string[]>> = {
  kalki_documents_ingested: [counterWithoutTotal],
  kalki_queries_processed: [counterWithoutTotal],
  kotoba_cluster_nodes_total: [totalWithoutCounter],
  streambus_consumer_group_members_total: [totalWithoutCounter],
  streambus_consumer_groups_total: [totalWithoutCounter],
  streambus_partitions_total: [totalWithoutCounter],
  streambus_replicas_total: [totalWithoutCounter],
  streambus_segments_total: [totalWithoutCounter],
  streambus_topics_total: [totalWithoutCounter],
  vsr_client_latency_ms: [abbreviated],
  vsr_clock_offset_ms: [abbreviated],
  vsr_commit_latency_ms: [abbreviated],
  vsr_consensus_rtt_ms: [abbreviated],
  vsr_disk_bandwidth_bytes_per_sec: [abbreviated],
  vsr_heartbeat_rtt_ms: [abbreviated],
  vsr_log_entry_count: [countWithoutHistogram],
  vsr_message_serialization_ms: [abbreviated],
  vsr_network_bandwidth_bytes_per_sec: [abbreviated],
  vsr_network_latency_ms: [abbreviated],
  vsr_prepare_latency_ms: [abbreviated],
  vsr_recovery_latency_ms: [abbreviated],
  vsr_repair_ewma_latency_ms: [abbreviated],
  vsr_repair_inflight_count: [countWithoutHistogram],
  vsr_repair_latency_ms: [abbreviated],
  vsr_scrub_throughput_ops_per_sec: [abbreviated],
  vsr_standby_count: [countWithoutHistogram],
  vsr_standby_healthy_count: [countWithoutHistogram],
  vsr_state_transfer_latency_ms: [abbreviated],
  vsr_view_change_latency_ms: [abbreviated],
};

/** What promtool says of a text, less what is allowed. */
async function remarks(text: string): Promise<string[]> {
  const { code, stdout, stderr } = await feed('promtool', ['check', 'metrics'], text);
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  // 0: nothing to say. 3: remarks, one a line. Anything else: it could not read the text.
  if (code !== 0 && code !== 3) return lines;
  return lines.filter((line) => {
    const [metric = '', remark = ''] = /^(\S+) (.*)$/.exec(line)?.slice(1) ?? [];
    return !allowed[metric.replace(/_p(50|95|99)$/, '')]?.includes(remark);
  });
}

function metricNames({ families }: Catalogue): string[] {
  return Object.values(families).map((family) => family.name);
}

describe('promtool check metrics', function () {
  this.timeout(60_000);
  before(async function () {
    await needPromtool(this);
  });

  for (const catalogue of allCatalogues) {
    it(`has nothing to say of ${catalogue.name} but of names that documents fix`, async () => {
      const registry = filledRegistry(catalogue);
      const snapshot = registry.snapshot();
      expect(await remarks(renderPrometheus(snapshot))).to.deep.equal([]);
      expect(await remarks(renderPrometheus(snapshot, { quantiles: {} }))).to.deep.equal([]);
    });
  }

  it('would notice what is wrong', async () => {
    const snapshot = filledRegistry(allCatalogues[0]!).snapshot();
    const text = renderPrometheus(snapshot);
    expect(await remarks(text.replace(/^# HELP vsr_view_number .*\n/m, ''))).to.have.length(1);
    expect(await remarks(`${text}vsr_view_number{replica_id=alpha} 1\n`)).to.have.length(1);
    expect(await remarks(text.replaceAll('vsr_operations_total', 'vsr_operations'))).to.deep.equal([
      `vsr_operations ${counterWithoutTotal}`,
    ]);
  });

  it('is allowed to remark on nothing that no longer exists', () => {
    const names = allCatalogues.flatMap(metricNames);
    expect(names).to.include.members(Object.keys(allowed));
  });
});
