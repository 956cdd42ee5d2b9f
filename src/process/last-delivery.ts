import type { Guest } from './guest.js'
import { deliverBlocking, type Mail } from './last-mail.js'

/** All that the guests hold, delivered while everything stands still. What cannot be, each of them loses or rescues. */
export function deliverLast(guests: Iterable<Guest>, timeoutMs: number): void {
  const departures = [...guests].flatMap((guest) => {
    guest.letGo()
    return guest.undeliveredCount > 0 ? [{ guest, posts: guest.undelivered() }] : []
  })
  const mails = departures.map(({ guest, posts }): Mail | undefined => {
    const { destination, patienceMs } = guest
    const isOpen = destination !== undefined && destination.heldMs < timeoutMs && patienceMs > 0
    return isOpen && posts.length > 0 ? { destination, posts } : undefined
  })
  const sent = mails.filter((mail) => mail !== undefined)
  const answers = sent.length > 0 ? deliverBlocking(sent, timeoutMs) : []
  departures.forEach(({ guest, posts }, n) => {
    const mail = mails[n]
    guest.conclude(posts, (mail && answers[sent.indexOf(mail)]) ?? [])
  })
}
