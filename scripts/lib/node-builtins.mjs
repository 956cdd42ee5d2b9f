/** `import a, { b as c } from "node:fs"`, `import * as d from "node:fs"` */
export const BUILTIN_IMPORT =
  /\bimport\s*(?:([\w$]+)\s*,?\s*)?(?:\{([^}]*)\}|\*\s*as\s+([\w$]+))?\s*from\s*["'](node:[\w/]+)["'];?/g

/**
 * Takes Node's own modules by `process.getBuiltinModule` in ES modules. An `import` reads every export of such a module,
 * also those that Node loads late: `node:fs` brings all of its streams, which costs every start a millisecond or two.
 */
export function nodeBuiltins() {
  return {
    name: 'node-builtins',
    renderChunk: (code) =>
      code.replace(BUILTIN_IMPORT, (...match) => takenBuiltin(match, 'process.getBuiltinModule')),
  }
}

/**
 * @param match what `BUILTIN_IMPORT` has found
 * @param load the function that gives one of Node's modules
 */
export function takenBuiltin([, whole, names, namespace, id], load) {
  const module = `${load}(${JSON.stringify(id)})`
  const parts = names?.split(',').map((name) => name.trim().replace(/\s+as\s+/, ': '))
  return [whole ?? namespace, parts && `{ ${parts.join(', ')} }`]
    .filter(Boolean)
    .map((target) => `const ${target} = ${module};`)
    .join('')
}
