import './glyph.css'

/** Line drawings on a grid of sixteen, for buttons. */
const PATHS = {
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.2v9.6l7.5-4.8z',
  up: 'M8 12.5v-9M4.2 7.2 8 3.5l3.8 3.7',
  back: 'M12.5 8h-9M7.2 4.2 3.5 8l3.7 3.8',
  close: 'm4 4 8 8M12 4l-8 8',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  help: 'M6 6a2 2 0 1 1 2.9 1.8c-.6.3-.9.8-.9 1.4v.3M8 12h.01',
  system: 'M2.5 3h11v7.5h-11zM5.5 13h5',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  dark: 'M13 9.3A5.5 5.5 0 0 1 6.7 3 5.5 5.5 0 1 0 13 9.3z',
  copy: 'M5.5 5.5h7.5V13H5.5zM10.5 5.5V3H3v7.5h2.5',
  previous: 'M9.8 4 6 8l3.8 4',
  next: 'M6.2 4 10 8l-3.8 4',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  plus: 'M8 3.5v9M3.5 8h9',
  bolt: 'M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z',
} as const

export type GlyphName = keyof typeof PATHS

export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  )
}
