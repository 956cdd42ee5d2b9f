/** The program of `exit-sender.worker.ts` as a text, made by `scripts/lib/exit-sender.mjs`. */
declare const program: string
export default program
