import { useEffect, useState } from 'preact/hooks'
import type { AlertConfig } from '../../alerts/rule.js'
import type { WebhookAnswer } from '../../api/shapes.js'
import { Badge } from '../shared/badge.js'
import { callInbox, put } from '../state/call.js'

/** The webhook's address, with a test button. */
export function WebhookForm({ config }: { config: AlertConfig }) {
  const [url, setUrl] = useState(config.webhookUrl ?? '')
  useEffect(() => setUrl(config.webhookUrl ?? ''), [config.webhookUrl])
  const [said, say] = useState<{ text: string; isGood: boolean }>()
  const attempt = async (act: () => Promise<{ text: string; isGood: boolean }>) => {
    try {
      say(await act())
    } catch (error) {
      say({ text: error instanceof Error ? error.message : String(error), isGood: false })
    }
  }
  const save = (event: Event) => {
    event.preventDefault()
    void attempt(async () => {
      await put<AlertConfig>('alerts', { rules: config.rules, ...(url !== '' && { webhookUrl: url }) })
      return { text: 'Saved.', isGood: true }
    })
  }
  const tryOut = () =>
    attempt(async () => {
      const { status, ms, message } = await callInbox<WebhookAnswer>('alerts/test', {
        method: 'POST',
        body: JSON.stringify({ url }),
      })
      return { text: `${message} ${ms} ms`, isGood: status !== null && status < 400 }
    })
  return (
    <form class="panel" aria-label="Webhook" onSubmit={save}>
      <header>
        <h2>Webhook</h2>
        <span role="status">
          {said !== undefined && <Badge kind={said.isGood ? 'good' : 'bad'}>{said.text}</Badge>}
        </span>
      </header>
      <div class="webhook row">
        <input
          class="field"
          type="url"
          aria-label="Address of the webhook"
          placeholder="http://127.0.0.1:9000/alert"
          value={url}
          onInput={({ currentTarget }) => setUrl(currentTarget.value)}
        />
        <button type="button" class="button" disabled={url === ''} onClick={tryOut}>
          Try it
        </button>
        <button type="submit" class="button primary" disabled={url === (config.webhookUrl ?? '')}>
          Save
        </button>
      </div>
      <p class="none quiet-text">
        An address on this machine. It gets each alert when it fires and when it has recovered.
      </p>
    </form>
  )
}
