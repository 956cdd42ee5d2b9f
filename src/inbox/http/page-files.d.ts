/** The files of the page, by their addresses, as `scripts/lib/page.mjs` builds them. */
declare module '#inbox-page' {
  interface PageFile {
    readonly type: string
    readonly text?: string
    /** The bytes of a file that is no text. */
    readonly base64?: string
  }
  const files: Readonly<Record<string, PageFile | undefined>>
  export default files
}
