export const log = console
