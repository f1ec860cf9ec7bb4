import * as Ariakit from '@ariakit/react'
import { CopyBlock } from '../../shared/forms/CopyBlock'
import { omit } from '../../shared/objects/omit'
import { ErrorNote, LoadingNote } from '../../shared/states/states'
import { formatMoment } from '../../shared/time/moment'
import { useCall, type CallDetail } from './api/generation'
import { CallFacts } from './CallFacts'
import { Conversation } from './Conversation'
import { Explanation } from './Explanation'
import './drawer.css'
import type { DrawerActions } from './links'
import type { Panel } from './search'

interface Props extends DrawerActions {
    teamId: string
    uuid: string
    timezone: string
    panel: Panel
    /** The team keeps no content. */
    isPrivate: boolean
}

/** Everything about one call, beside the list it was picked from; its address opens it anywhere. */
export function CallDrawer(props: Props) {
    return (
        <Ariakit.Dialog
            open
            onClose={props.onClose}
            className="drawer"
            backdrop={<div className="drawer-backdrop" />}
            aria-labelledby="drawer-title"
        >
            <DrawerBody {...props} />
        </Ariakit.Dialog>
    )
}

function DrawerBody(props: Props) {
    const call = useCall(props.teamId, props.uuid)
    return (
        <>
            <header className="drawer-head">
                <h2 id="drawer-title">{call.data ? nameCall(call.data) : 'Call'}</h2>
                <Ariakit.DialogDismiss className="close" aria-label="Close">×</Ariakit.DialogDismiss>
                {call.data && <When call={call.data} timezone={props.timezone} />}
            </header>
            {call.isPending && <LoadingNote what="the call" lines={10} />}
            {call.isError && <ErrorNote error={call.error} retry={() => { void call.refetch() }} />}
            {call.data && <CallContent call={call.data} {...props} />}
        </>
    )
}

function nameCall(call: CallDetail): string {
    return call.span_name ?? call.model ?? call.event.replace('$ai_', '')
}

function When({ call, timezone }: { call: CallDetail; timezone: string }) {
    const moment = formatMoment(call.timestamp, timezone)
    return <p className="when">{moment.title}</p>
}

function CallContent({ call, ...props }: { call: CallDetail } & Props) {
    return (
        <>
            {call.is_error && (
                <div className="note fault">
                    <strong>{call.error_type ?? 'Failed'}</strong>
                    {call.error && <pre>{call.error}</pre>}
                </div>
            )}
            <CallFacts call={call} {...props} />
            <Ariakit.TabProvider
                selectedId={props.panel}
                setSelectedId={(id) => { if (id === 'conversation' || id === 'numbers' || id === 'raw') props.onPanel(id) }}
            >
                <Ariakit.TabList className="tabs" aria-label="About this call">
                    <Ariakit.Tab id="conversation">Conversation</Ariakit.Tab>
                    <Ariakit.Tab id="numbers">Where do these numbers come from?</Ariakit.Tab>
                    <Ariakit.Tab id="raw">Raw JSON</Ariakit.Tab>
                </Ariakit.TabList>
                <Ariakit.TabPanel tabId={props.panel} className="tab-panel">
                    {props.panel === 'conversation' && <Conversation call={call} isPrivate={props.isPrivate} />}
                    {props.panel === 'numbers' && <Explanation call={call} />}
                    {props.panel === 'raw' && <RawJson call={call} />}
                </Ariakit.TabPanel>
            </Ariakit.TabProvider>
        </>
    )
}

/** The answer of the API but for what it explains, which has a panel of its own. */
function RawJson({ call }: { call: CallDetail }) {
    const json = JSON.stringify(omit(call, 'explanation', 'explanation_fault'), null, 2)
    return <CopyBlock label="Raw JSON" text={json} />
}
