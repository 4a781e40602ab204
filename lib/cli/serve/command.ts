// What `vsr-metrics serve` takes, and what its help says.

import { defineCommand } from '../command.js';
import { hungAfter, members } from '../options.js';
import { presetNames } from './presets.js';

export const serveCommand = defineCommand({
  name: 'serve',
  summary: 'serves many files and servers as one /metrics',
  operands: { name: 'FILE|URL...', least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    port: {
      takes: 'value',
      placeholder: 'PORT',
      short: 'p',
      help: 'listens on this port (default 9464); 0: a free one, which is printed',
    },
    host: {
      takes: 'value',
      placeholder: 'ADDRESS',
      help: 'listens on this address (default 127.0.0.1)',
    },
    label: {
      takes: 'value',
      placeholder: 'NAME=VALUE',
      short: 'l',
      repeats: true,
      help: 'adds a label to every series; may be repeated',
    },
    config: {
      takes: 'value',
      placeholder: 'F',
      short: 'c',
      help: 'reads address, port, path, token, TLS, labels and sources from F, in TOML',
    },
    preset: {
      takes: 'value',
      placeholder: 'NAME',
      choices: presetNames,
      help: `takes port, path, the word of /health and the names of variables from the documents of NAME: ${presetNames.join(', ')}`,
    },
    members,
    'hung-after': hungAfter,
  },
  description: [
    'Answers GET /metrics with the metrics of all files, in the format the client asks for, /health, /health/live, /health/ready and /status with how they do, and / with a live page. A file is read when it is asked for, follows its program when that starts again, and may be missing or damaged for a while: the others are served all the same.',
    'Instead of a file, give the URL of a server of this library, as in http://10.0.0.2:9464; its numbers are fetched every second. A server that does not answer within two seconds is shown as unreachable, and the others do not wait for it.',
    'Servers that want a token are best named in the file of --config, as [[sources]] with a token_file: a token in a URL stands in the list of processes and in the history of the shell.',
    'Every series gets the label file: the name of its file, the host and port of its URL, or the path as given where two names are the same. Append labels for one file after a colon; they may override `file`:',
    '  vsr-metrics serve a.metrics:file=a,zone=eu b.metrics:file=b,zone=us',
    "A series' own label of the same name is renamed to exported_NAME, as in Prometheus. The state of the files and their programs is in vsr_metrics_source_up, vsr_metrics_source_writer_state, vsr_metrics_source_heartbeat_age_seconds and vsr_metrics_source_omitted_series.",
    'Options win over the environment (VSR_METRICS_PORT and others), that over the file of --config, and that over --preset. With --preset kotoba the variables are KOTOBA_METRICS_PORT and others.',
  ],
  examples: [
    'vsr-metrics serve /dev/shm/replica-*.metrics --port 9464',
    'vsr-metrics serve FILE --config /etc/ledger/config.toml',
    'vsr-metrics serve /dev/shm/kotoba.metrics --preset kotoba',
    'vsr-metrics serve a.metrics:file=a b.metrics:file=b --label zone=eu --port 0',
    'vsr-metrics serve http://10.0.0.1:9464:file=a http://10.0.0.2:9464:file=b',
  ],
});
