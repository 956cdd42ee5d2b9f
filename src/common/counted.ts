/** A number with the word for it: `1 log`, `2 logs`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
