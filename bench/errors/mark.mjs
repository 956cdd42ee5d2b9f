/** The beginning of each error's message. */
export const MARK = 'payment'
