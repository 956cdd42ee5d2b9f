import './state/language.js'
import { render } from 'preact'
import { App } from './app.js'
import { startKeys } from './state/keys.js'
import { startLive } from './state/live.js'
import { startTheme } from './state/theme.js'
import './tokens.css'
import './base.css'

startTheme()
startKeys()
startLive()
render(<App />, document.body)
