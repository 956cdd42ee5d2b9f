import { parameter } from '../state/address.js'
import './errors.css'
import { GroupView } from './group.js'
import { GroupList } from './group-list.js'

export function ErrorsView() {
  const group = parameter('group')
  return <div class="view-inner">{group === '' ? <GroupList /> : <GroupView fingerprint={group} />}</div>
}
