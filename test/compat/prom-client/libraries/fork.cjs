// fastify-metrics requires @platformatic/prom-client. Run by shim.test.ts. Prints JSON.

const fastify = require('fastify');
const ours = require('vsr-metrics/prom-client');

async function useFastify() {
  const application = fastify();
  await application.register(require('fastify-metrics'), { endpoint: '/metrics' });
  application.get('/pay', async () => 'paid');
  await application.inject('/pay');
  const { body } = await application.inject('/metrics');
  await application.close();
  const paid = /^http_request_duration_seconds_count\{.*route="\/pay".*\} 1$/m;
  return { served: paid.test(body), own: paid.test(await ours.register.metrics()) };
}

useFastify().then((result) => console.log(JSON.stringify(result)));
