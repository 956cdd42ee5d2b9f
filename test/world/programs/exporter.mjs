// Three records through the exporter behind OpenTelemetry's own processor, Batch or Simple, and a natural end.
import { LognitorLogRecordExporter } from '@lognitor/opentelemetry'
import { BatchLogRecordProcessor, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'

const Processor = process.argv[2] === 'batch' ? BatchLogRecordProcessor : SimpleLogRecordProcessor
const provider = new LoggerProvider({
  processors: [new Processor({ exporter: new LognitorLogRecordExporter() })],
})
const logger = provider.getLogger('exporter')
for (const order of [1, 2, 3]) {
  logger.emit({ severityNumber: 13, severityText: 'WARN', body: `order ${order}`, attributes: { order } })
}
provider.shutdown().then(() => console.log('shut down'))
