// A clock that is wrong by CLOCK_MS, loaded before everything else.
const OFF_MS = Number(process.env.CLOCK_MS)
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + OFF_MS] : parts))
  }

  static now() {
    return RealDate.now() + OFF_MS
  }
}
