/** Most logs `POST /ingest` takes in one batch. */
export const MAX_BATCH_LOGS = 100

/** Most entries in one `POST /ingest/requests`. The service documents none; it is asked for as many as logs. */
export const MAX_BATCH_REQUESTS = 100

/** What the official clients send at most, and the service is therefore known to take. */
export const KNOWN_BATCH_REQUESTS = 25

/** Largest log the service takes, in bytes of UTF-8 JSON. */
export const MAX_LOG_BYTES = 256 * 1024

/** Largest batch body we build, in bytes. The service documents none; a 413 halves it further. */
export const MAX_BATCH_BYTES = 1024 * 1024

/** Of an answer no more bytes are read: an endless one must not fill the memory. */
export const MAX_ANSWER_BYTES = 64 * 1024
