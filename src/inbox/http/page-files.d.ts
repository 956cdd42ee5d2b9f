/** The files of the page, by their addresses, as `scripts/lib/page.mjs` builds them. */
declare module '#inbox-page' {
  const files: Readonly<Record<string, { readonly type: string; readonly text: string } | undefined>>
  export default files
}
