import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Faults } from '../../service/faults.js'
import { put, useCall } from '../state/call.js'

/** How the inbox misbehaves at present; undefined until that is known. */
export const faults = signal<Faults>()

/** Keeps {@link faults} up to date while a component is shown, also when somebody else sets them. */
export function useFaults(): void {
  const { data } = useCall<Faults>('faults', 500)
  useEffect(() => {
    faults.value = data
  }, [data])
}

/** @throws Error in the inbox's words when it refuses */
export async function setFaults(wanted: Faults): Promise<void> {
  faults.value = await put<Faults>('faults', wanted)
}
