// Required by a program: its threads throw once the file is there that VSR_METRICS_CRASH names.

import fs = require('node:fs');
import threads = require('node:worker_threads');

const trigger = process.env.VSR_METRICS_CRASH;
if (!threads.isMainThread && trigger !== undefined) {
  setInterval(() => {
    if (!fs.existsSync(trigger)) return;
    fs.rmSync(trigger, { force: true });
    throw new Error('as it was told');
  }, 5).unref();
}
