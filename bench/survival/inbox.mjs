/** The inbox as a receiver: it checks every log against the wire contract. */
export async function openInbox({ startInbox }) {
  const inbox = await startInbox()
  const messages = () => inbox.logs().map(({ message }) => message)
  return {
    url: inbox.url,
    fault: (fault) => inbox.faults(fault),
    logs: () => new Set(messages().filter((message) => message.startsWith('survival log'))).size,
    errors: () => messages().filter((message) => message === 'survival error').length,
    close: () => inbox.close(),
  }
}
