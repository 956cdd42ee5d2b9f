/** The files of the page as `scripts/lib/page.mjs` builds them, by their addresses. */
declare module '#inbox-page' {
  const files: Readonly<Record<string, { readonly type: string; readonly text: string } | undefined>>
  export default files
}
