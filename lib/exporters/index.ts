// Exporters of every sort by their type and endpoint:
//
//   const exporter = createExporter({ type: 'StatsD', endpoint: 'localhost:8125' });
//   await exporter.export(registry);
//   await exporter.close();

export { createExporter, type ExporterOnDemand, type ExporterType } from './on-demand.js';
