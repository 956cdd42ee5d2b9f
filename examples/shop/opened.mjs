/** Says that a service is open, to its log and to the script that started it. */
export function opened(server, log, message) {
  const { port } = server.address()
  log.info({ port }, message)
  process.send?.({ port })
}
