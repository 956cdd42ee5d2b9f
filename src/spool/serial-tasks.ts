/** Runs asynchronous tasks one after the other, each when all before it have ended. */
export class SerialTasks {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the task does. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task)
    this.#last = done.catch(() => {})
    return done
  }
}
