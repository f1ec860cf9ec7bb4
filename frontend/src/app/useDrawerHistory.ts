import { useRouter } from '@tanstack/react-router'
import { useMemo, useRef } from 'react'
import type { Panel } from '../features/generations/search'
import { omit } from '../shared/objects/omit'

interface Opened {
    call?: string
    panel?: Panel
}

/**
 * The drawer's place in the browser's history: opening adds an entry, so that back closes it; closing takes that entry
 * away again, or, where the visitor came by a link to the open drawer, replaces it.
 */
export function useDrawerHistory() {
    const router = useRouter()
    const isOpenedHere = useRef(false)
    return useMemo(() => {
        const go = (change: (search: Opened) => Opened, replace: boolean) => {
            void router.navigate({ to: '.', search: change, replace, resetScroll: false })
        }
        return {
            open: (call: string) => {
                const isSwitch = 'call' in router.state.location.search
                if (!isSwitch) isOpenedHere.current = true
                go((now) => ({ ...now, call }), isSwitch)
            },
            show: (panel: Panel) => { go((now) => ({ ...now, panel }), true) },
            close: () => {
                if (isOpenedHere.current) router.history.back()
                else go((now) => omit(now, 'call', 'panel'), true)
                isOpenedHere.current = false
            },
        }
    }, [router])
}
