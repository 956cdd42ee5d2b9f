import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const DIST = resolve(import.meta.dirname, '../../dist')

/** The declarations that an application gets, without their comments. */
function declarations(): string {
  const files = ['.', 'chunks'].flatMap((folder) =>
    readdirSync(join(DIST, folder)).map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  )
  return files
    .filter((file) => file.endsWith('.d.cts'))
    .sort()
    .map((file) => `// ${file}\n${withoutComments(readFileSync(join(DIST, file), 'utf8'))}`)
    .join('\n')
}

function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/\n\s*\n+/g, '\n')
    .trim()
    .concat('\n')
}

test('the public declarations are those of the report; vitest -u renews it on purpose', async () => {
  await expect(declarations()).toMatchFileSnapshot('./api-report.txt')
})
