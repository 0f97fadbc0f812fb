export { openTelemetry, type OpenTelemetryOptions } from './bridge.js';
