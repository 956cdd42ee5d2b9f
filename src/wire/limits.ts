/** Most logs that `POST /ingest` takes in one batch. */
export const MAX_BATCH_LOGS = 100

/** Most request entries in one `POST /ingest/requests`. The service documents no limit; the limit for logs is used. */
export const MAX_BATCH_REQUESTS = 100

/** Most request entries that the official clients send, and that the service is therefore known to take. */
export const KNOWN_BATCH_REQUESTS = 25

/** Largest log the service takes, in bytes of UTF-8 JSON. */
export const MAX_LOG_BYTES = 256 * 1024

/** Largest batch body that is built, in bytes. The service documents no limit; after a 413 the batch is halved. */
export const MAX_BATCH_BYTES = 1024 * 1024

/** Most bytes that are read of an answer, so that an endless answer cannot fill the memory. */
export const MAX_ANSWER_BYTES = 64 * 1024
