// An application and a library, each with a copy of the package.
import { info, init } from '@lognitor/opentelemetry'
import { work } from 'a-library'

init({ service: 'shop' })
info('from the application')
work()
