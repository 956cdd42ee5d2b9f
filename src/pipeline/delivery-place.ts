import type { Settings } from '../config/options.js'
import type { Place } from '../delivery/destination.js'
import { httpTransport } from '../delivery/http/http.js'

/**
 * The place that these settings send to.
 * @param known an open transport to the same place, to be kept
 */
export function placeOf(settings: Settings, known?: Place['transport']): Place {
  const { transport, apiUrl, apiKey = '', proxy, compression } = settings
  return {
    apiUrl,
    apiKey,
    proxy,
    transport: transport ?? known ?? httpTransport({ apiUrl, proxy, compression }),
    hasOwnTransport: transport !== undefined,
  }
}
