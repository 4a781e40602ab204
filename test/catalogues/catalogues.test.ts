// The catalogues against tables of what the documents say. The tables are written out here, not
// derived: a row is key | name | kind[/combine] | unit | labels | bounds | help.

import { expect } from 'chai';
import { kalki, kimberlite, kotoba, streambus, vsr } from '../../lib/catalogues/index.js';
import { brokenConventions } from '../../lib/core/catalogue/conventions.js';
import { defineCatalogue } from '../../lib/core/catalogue/define.js';
import { resolveCatalogue } from '../../lib/core/catalogue/resolve.js';
import type { Catalogue } from '../../lib/core/catalogue/types.js';
import { kalkiTable } from './kalki.table.js';
import { kimberliteTable } from './kimberlite.table.js';
import { kotobaTable } from './kotoba.table.js';
import { streambusTable } from './streambus.table.js';
import { vsrTable } from './vsr.table.js';

const everything: readonly (readonly [Catalogue, table: string, families: number])[] = [
  [vsr, vsrTable, 51 + 7],
  [kimberlite, kimberliteTable, 15],
  [streambus, streambusTable, 44],
  [kotoba, kotobaTable, 16],
  [kalki, kalkiTable, 13],
];

/** Sets that are too long for a table. */
const sets: Readonly<Record<string, string>> = {
  messages:
    'Request Prepare PrepareOk Commit Reply StartViewChange DoViewChange StartView Recovery ' +
    'RecoveryResponse GetState NewState Reconfiguration StartEpoch EpochStarted Heartbeat Ping Pong ' +
    'RepairRequest RepairResponse NackPrepare Eviction StandbyHeartbeat StandbyPromotion',
  rejections:
    'commit_number log_tail_length view_monotonicity op_number_mismatch not_primary equivocation ' +
    'hash_chain unknown_sender signature replay malformed',
  viewChanges:
    'primary_timeout view_change_timeout higher_view primary_abdication reconfiguration operator',
};

/** Gauges that the operating system fills, and with what. */
const resources: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  vsr_memory_used_bytes: 'processMemoryBytes',
  vsr_network_bandwidth_bytes_per_sec: {
    receive: 'networkReceivedBytesPerSecond',
    transmit: 'networkTransmittedBytesPerSecond',
  },
  vsr_disk_iops: 'diskOperationsPerSecond',
  vsr_disk_bandwidth_bytes_per_sec: {
    read: 'diskReadBytesPerSecond',
    write: 'diskWrittenBytesPerSecond',
  },
  vsr_cpu_utilization_percent: 'processCpuPercent',
  system_cpu_usage_percent: 'systemCpuPercent',
  system_memory_usage_bytes: 'systemMemoryUsedBytes',
  system_memory_usage_percent: 'systemMemoryUsedPercent',
  system_disk_usage_bytes: 'systemDiskUsedBytes',
  system_disk_usage_percent: 'systemDiskUsedPercent',
  kalki_memory_usage_bytes: 'processMemoryBytes',
  kalki_memory_limit_bytes: 'systemMemoryTotalBytes',
  kalki_cpu_usage_percent: 'processCpuPercent',
  kalki_disk_usage_bytes: 'systemDiskUsedBytes',
};

/** A row as an object, in the terms of a resolved family. */
function readRow(row: string) {
  const [key, name, kindAndCombine, unit, labels, bounds, help] = row
    .split('|')
    .map((cell) => cell.trim());
  const [kind, combine = kind === 'gauge' ? 'last' : 'sum', initial] = kindAndCombine!.split('/');
  return {
    key,
    name,
    kind,
    combine,
    initial: initial === undefined ? undefined : Number(initial),
    unit: unit === '' ? undefined : unit,
    help,
    labels: words(labels!).map((label) => {
      const [labelName, values] = label.split('=');
      return {
        name: labelName,
        values:
          values === undefined ? undefined : words((sets[values] ?? values).replaceAll('/', ' ')),
        fixed: undefined,
      };
    }),
    bounds: words(bounds!).map(Number),
    digits: kind === 'histogram' ? 3 : 0,
    range: kind === 'histogram' ? { min: 1e-6, max: 1e9 } : undefined,
    maxSeries: 1000,
    resource: resources[name!],
    utf8Names: false,
  };
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

for (const [catalogue, table, families] of everything) {
  describe(`the catalogue ${catalogue.name}`, () => {
    const rows = table.trim().split('\n').map(readRow);

    it(`has the ${families} families of the documents, and nothing else`, () => {
      expect(rows).to.have.length(families);
      const names = Object.values(catalogue.families).map(({ name }) => name);
      expect(names.sort()).to.deep.equal(rows.map(({ name }) => name).sort());
    });

    for (const row of rows) {
      it(`${row.name} is as documented`, () => {
        const family = resolveCatalogue(catalogue).find(({ name }) => name === row.name);
        expect(family).to.deep.equal({ ...row, catalogue: catalogue.name });
      });
    }

    it('waives what the documents break, and no more', () => {
      expect(catalogue.warnings).to.deep.equal([]);
      const broken: Record<string, string[]> = {};
      for (const family of Object.values(catalogue.families)) {
        const conventions = brokenConventions(family).map(([convention]) => convention);
        if (conventions.length > 0) broken[family.name] = conventions;
      }
      const waived = Object.entries(catalogue.waive).map(([metric, reasons]) => {
        return [metric, Object.keys(reasons)] as const;
      });
      expect(Object.fromEntries(waived)).to.deep.equal(broken);
    });

    it('needs every waiver that it has', () => {
      for (const [metric, reasons] of Object.entries(catalogue.waive)) {
        for (const convention of Object.keys(reasons)) {
          const { [convention as keyof typeof reasons]: _, ...rest } = reasons;
          const { warnings } = defineCatalogue({
            name: catalogue.name,
            families: catalogue.families,
            waive: { ...catalogue.waive, [metric]: rest },
          });
          const found = warnings.map((warning) => `${warning.metric} ${warning.convention}`);
          expect(found).to.deep.equal([`${metric} ${convention}`]);
        }
      }
    });
  });
}

describe('the catalogues together', () => {
  it('have no key and no name in common', () => {
    const all = everything.map(([catalogue]) => catalogue);
    expect(resolveCatalogue(all)).to.have.length(58 + 15 + 44 + 16 + 13);
  });

  it('fix a replica and its node', () => {
    const families = resolveCatalogue([vsr, kimberlite], {
      fixedLabels: { replica_id: '0', node_id: '1' },
    });
    for (const { name, labels } of families) {
      expect(labels[0]?.fixed, name).to.equal(name.startsWith('vsr_') ? '0' : '1');
    }
  });
});
