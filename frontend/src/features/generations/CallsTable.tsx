import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import { Term } from '../../shared/figures/Term'
import { WideTable } from '../../shared/tables/WideTable'
import type { Call } from './api/generations'
import { CostCell, DurationCell, FlagsCell, NameCell, StatusCell, TimeCell, TokensCell, TraceCell } from './cells'
import type { CallLinks } from './links'

/** All rows are of one height, so that the bar of the scroll tells the truth. */
const ROW_PX = 46
const ROWS_AHEAD = 12
const LOAD_WITHIN_ROWS = 30

interface Props {
    calls: Call[]
    links: CallLinks
    timezone: string
    openCall: string | undefined
    hasMore: boolean
    onNeedMore: () => void
    /** What stands below the last row. */
    footer: React.ReactNode
}

const features = tableFeatures({})
const column = createColumnHelper<typeof features, Call>()

function makeColumns(timezone: string, links: CallLinks) {
    return column.columns([
        column.display({ id: 'time', header: 'Time', cell: ({ row }) => <TimeCell call={row.original} {...{ timezone, links }} /> }),
        column.display({ id: 'status', header: 'Status', cell: ({ row }) => <StatusCell call={row.original} /> }),
        column.display({ id: 'model', header: 'Model', cell: ({ row }) => <NameCell name={row.original.model} /> }),
        column.display({
            id: 'tokens',
            header: () => <Term figure="total_tokens" label="Tokens" />,
            cell: ({ row }) => <TokensCell call={row.original} />,
        }),
        column.display({
            id: 'cost',
            header: () => <Term figure="total_cost_usd" label="Cost" />,
            cell: ({ row }) => <CostCell call={row.original} />,
        }),
        column.display({ id: 'latency', header: 'Latency', cell: ({ row }) => <DurationCell call={row.original} /> }),
        column.display({ id: 'provider', header: 'Provider', cell: ({ row }) => <NameCell name={row.original.provider} /> }),
        column.display({ id: 'product', header: 'Product', cell: ({ row }) => <NameCell name={row.original.product} /> }),
        column.display({ id: 'key', header: 'Key', cell: ({ row }) => <NameCell name={row.original.api_key_alias} /> }),
        column.display({ id: 'flags', header: 'Flags', cell: ({ row }) => <FlagsCell call={row.original} /> }),
        column.display({ id: 'trace', header: 'Trace', cell: ({ row }) => <TraceCell call={row.original} links={links} /> }),
    ])
}

/** On a phone the first column has them, too. */
const WIDE_ONLY: ReadonlySet<string> = new Set(['status', 'model'])

function classOf(id: string): string {
    return WIDE_ONLY.has(id) ? `call-${id} wide-only` : `call-${id}`
}

/** Only the rows in sight are in the document; the rest are two empty rows of their height. */
export function CallsTable({ calls, timezone, openCall, hasMore, onNeedMore, footer, links }: Props) {
    const box = useRef<HTMLDivElement>(null)
    const columns = useMemo(() => makeColumns(timezone, links), [timezone, links])
    const table = useTable({ features, columns, data: calls, getRowId: (call) => call.uuid })
    const rows = table.getRowModel().rows
    const virtualizer = useVirtualizer({
        count: rows.length,
        getScrollElement: () => box.current,
        estimateSize: () => ROW_PX,
        overscan: ROWS_AHEAD,
    })
    const shown = virtualizer.getVirtualItems()
    const last = shown.at(-1)?.index ?? 0
    useEffect(() => {
        if (hasMore && last >= rows.length - LOAD_WITHIN_ROWS) onNeedMore()
    }, [hasMore, last, rows.length, onNeedMore])
    useRowPress(box, links.onOpen)
    const before = shown[0]?.start ?? 0
    const after = virtualizer.getTotalSize() - (shown.at(-1)?.end ?? 0)
    return (
        <WideTable ref={box} className="calls-box" label="Calls of the range">
            <table className="calls" aria-rowcount={hasMore ? -1 : rows.length + 1}>
                <caption className="unseen">Calls</caption>
                <thead>
                    {table.getHeaderGroups().map((group) => (
                        <tr key={group.id} aria-rowindex={1}>
                            {group.headers.map((header) => (
                                <th key={header.id} scope="col" className={classOf(header.column.id)}>
                                    <table.FlexRender header={header} />
                                </th>
                            ))}
                        </tr>
                    ))}
                </thead>
                <tbody>
                    <Gap height={before} columns={columns.length} />
                    {shown.map(({ index }) => {
                        const row = rows[index]
                        if (!row) return null
                        return (
                            <tr
                                key={row.id}
                                aria-rowindex={index + 2}
                                data-call={row.id}
                                className={row.id === openCall ? 'is-open' : undefined}
                            >
                                {row.getAllCells().map((cell) => (
                                    <td key={cell.id} className={classOf(cell.column.id)}>
                                        <table.FlexRender cell={cell} />
                                    </td>
                                ))}
                            </tr>
                        )
                    })}
                    <Gap height={after} columns={columns.length} />
                </tbody>
            </table>
            <div className="calls-footer">{footer}</div>
        </WideTable>
    )
}

function Gap({ height, columns }: { height: number; columns: number }) {
    if (height <= 0) return null
    return (
        <tr aria-hidden="true" className="gap">
            <td colSpan={columns} style={{ height }} />
        </tr>
    )
}

/** A press anywhere on a row opens it, as its link does; what can be pressed itself is left alone. */
function useRowPress(box: React.RefObject<HTMLDivElement | null>, onOpen: (uuid: string) => void) {
    useEffect(() => {
        const element = box.current
        const press = (event: MouseEvent) => {
            const target = event.target instanceof Element ? event.target : null
            const uuid = target?.closest<HTMLElement>('tr[data-call]')?.dataset['call']
            const isSelecting = window.getSelection()?.isCollapsed === false
            if (uuid && !isSelecting && !target?.closest('a, button')) onOpen(uuid)
        }
        element?.addEventListener('click', press)
        return () => { element?.removeEventListener('click', press) }
    }, [box, onOpen])
}
