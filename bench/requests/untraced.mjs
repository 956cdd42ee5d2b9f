// Loaded before the shop: Lognitor's request entries alone.
import './bare.mjs'
import { withoutTracing } from './lognitor.mjs'

withoutTracing()
