/** An OpenTelemetry SDK that keeps everything in memory. A real one would export to a collector instead. */
import { context, metrics, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

export function startTelemetry() {
  const spans = new InMemorySpanExporter();
  const numbers = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: numbers, exportIntervalMillis: 3_600_000 });
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));

  return {
    spans: () => spans.getFinishedSpans().map(({ name, attributes }) => ({ name, ...attributes })),
    /** Counters as they are, histograms by their number of values. */
    async metrics() {
      await reader.forceFlush();
      const latest = numbers.getMetrics().at(-1);
      return (latest?.scopeMetrics ?? []).flatMap((scope) =>
        scope.metrics.flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ value, attributes }) => ({
            name: descriptor.name,
            count: typeof value === 'number' ? value : value.count,
            ...attributes,
          })),
        ),
      );
    },
    async stop() {
      await reader.shutdown();
      trace.disable();
      metrics.disable();
      context.disable();
    },
  };
}
