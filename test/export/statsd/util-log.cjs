// The package statsd calls a function that Node has no longer from 24 on.

const util = require('node:util');

util.log ??= (...args) => console.log(...args);
