// Libraries that require prom-client themselves, used as their documents say: what do they record
// into? Run by shim.test.ts in a project of its own, in which all or some of them are installed. Prints
// JSON.

const express = require('express');
const expressBundle = require('express-prom-bundle');
const { dependencies } = require('./package.json');
const ours = require('vsr-metrics/prom-client');
const theirs = require('prom-client');

async function textOf(url) {
  return (await fetch(url)).text();
}

/** The lines of both texts that match: what the library serves, and what our registry has. */
async function found(served, pattern) {
  const own = await ours.register.metrics();
  ours.register.clear();
  return { served: pattern.test(served), own: pattern.test(own) };
}

async function useExpress() {
  const application = express();
  application.use(expressBundle({ includeMethod: true, includePath: true }));
  application.get('/pay', (_, response) => response.send('paid'));
  const server = await new Promise((resolve) => {
    const listening = application.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const base = `http://127.0.0.1:${server.address().port}`;
  await textOf(`${base}/pay`);
  const served = await textOf(`${base}/metrics`);
  server.close();
  return found(served, /^http_request_duration_seconds_count\{.*path="\/pay".*\} 1$/m);
}

async function useFastify() {
  const fastify = require('fastify');
  const application = fastify();
  await application.register(require('fastify-metrics'), { endpoint: '/metrics' });
  application.get('/pay', async () => 'paid');
  await application.inject('/pay');
  const { body } = await application.inject('/metrics');
  await application.close();
  return found(body, /^http_request_duration_seconds_count\{.*route="\/pay".*\} 1$/m);
}

async function useNest() {
  require('reflect-metadata');
  const { Controller, Get, Module } = require('@nestjs/common');
  const { NestFactory } = require('@nestjs/core');
  const {
    InjectMetric,
    makeCounterProvider,
    PrometheusModule,
  } = require('@willsoto/nestjs-prometheus');
  class Shop {
    constructor(sales) {
      this.sales = sales;
    }

    pay() {
      this.sales.inc();
      return 'paid';
    }
  }
  Controller('shop')(Shop);
  InjectMetric('sales_total')(Shop, undefined, 0);
  Get('pay')(Shop.prototype, 'pay', Object.getOwnPropertyDescriptor(Shop.prototype, 'pay'));
  class Application {}
  Module({
    imports: [PrometheusModule.register()],
    controllers: [Shop],
    providers: [makeCounterProvider({ name: 'sales_total', help: 'Sales' })],
  })(Application);
  const application = await NestFactory.create(Application, { logger: ['error'] });
  await application.listen(0, '127.0.0.1');
  const base = await application.getUrl();
  await textOf(`${base}/shop/pay`);
  const served = await textOf(`${base}/metrics`);
  await application.close();
  return found(served, /^sales_total 1$/m);
}

async function useAll() {
  return {
    required: theirs === ours,
    imported: (await import('prom-client')).Counter === ours.Counter,
    express: await useExpress(),
    ...('fastify-metrics' in dependencies && { fastify: await useFastify() }),
    ...('@willsoto/nestjs-prometheus' in dependencies && { nest: await useNest() }),
  };
}

useAll().then((result) => console.log(JSON.stringify(result)));
