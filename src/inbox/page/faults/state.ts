import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Faults } from '../../service/faults.js'
import { put, useCall } from '../state/call.js'

/** The current faults; undefined until they are known. */
export const faults = signal<Faults>()

/** Keeps {@link faults} up to date while a component is shown, also when they are set elsewhere. */
export function useFaults(): void {
  const { data } = useCall<Faults>('faults', 500)
  useEffect(() => {
    faults.value = data
  }, [data])
}

/** @throws Error with the inbox's message when it refuses */
export async function setFaults(wanted: Faults): Promise<void> {
  faults.value = await put<Faults>('faults', wanted)
}
