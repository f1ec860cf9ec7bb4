/** Where presses on a call, and in its drawer, lead. */
import type { FilterName } from '../../shared/filters/search'
import type { Panel } from './search'

export interface CallLinks {
    toCall: (uuid: string) => string
    toTrace: (traceId: string) => string
    onOpen: (uuid: string) => void
    onTrace: (traceId: string) => void
}

export interface DrawerActions {
    onClose: () => void
    onPanel: (panel: Panel) => void
    /** null: there is no list to filter here. */
    onPick: ((name: FilterName | 'flag', value: string) => void) | null
    toTrace: (traceId: string) => string
    onTrace: (traceId: string) => void
}
