import { Text } from '../text.js'

/** Comments, texts, numbers and words of JavaScript and TypeScript, as far as one line tells them. */
const PARTS =
  /(?<comment>\/\/.*|\/\*.*?(?:\*\/|$)|^\s*\*.*)|(?<text>'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|`(?:[^`\\]|\\.)*`?)|(?<number>\b\d[\w.]*)|(?<word>\b(?:async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|let|new|null|of|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|yield)\b)/gu

/** A line of source code with its parts coloured. Colours help only: each part is a foreign text. */
export function Highlighted({ code }: { code: string }) {
  const parts = []
  let end = 0
  for (const { 0: text, index, groups = {} } of code.matchAll(PARTS)) {
    if (index > end) parts.push(<Text key={end}>{code.slice(end, index)}</Text>)
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined)
    parts.push(
      <span key={index} class={`code-${kind}`}>
        <Text>{text}</Text>
      </span>,
    )
    end = index + text.length
  }
  if (end < code.length) parts.push(<Text key={end}>{code.slice(end)}</Text>)
  return <>{parts}</>
}
