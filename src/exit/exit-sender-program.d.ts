/** The compiled program of `exit-sender.worker.ts` as text, written by `scripts/lib/exit-sender.mjs`. */
declare const program: string
export default program
