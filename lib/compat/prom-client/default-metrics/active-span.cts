// The labels of the active OpenTelemetry span, for exemplars.
//
// Through what @opentelemetry/api registers globally: where the program does not use it there is
// nothing, and it need not be installed.

interface Span {
  spanContext(): { readonly traceId: string; readonly spanId: string };
}

interface OpenTelemetry {
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}

const globalKey = Symbol.for('opentelemetry.js.api.1');
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

function activeSpan(): Record<string, string> {
  const { context } =
    (globalThis as unknown as Record<symbol, OpenTelemetry | undefined>)[globalKey] ?? {};
  const span = context?.active().getValue(spanKey) as Span | undefined;
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}

export = activeSpan;
