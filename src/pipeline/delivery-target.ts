import type { Settings } from '../config/options.js'
import type { Target } from '../delivery/destination.js'
import { httpTransport } from '../delivery/http/http.js'

/**
 * The target of these settings.
 * @param known an open transport to the same target, to be kept
 */
export function targetOf(settings: Settings, known?: Target['transport']): Target {
  const { transport, apiUrl, apiKey = '', proxy, compression } = settings
  return {
    apiUrl,
    apiKey,
    proxy,
    transport: transport ?? known ?? httpTransport({ apiUrl, proxy, compression }),
    hasOwnTransport: transport !== undefined,
  }
}
