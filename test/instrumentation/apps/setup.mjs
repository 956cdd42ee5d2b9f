import './setup.cjs'
