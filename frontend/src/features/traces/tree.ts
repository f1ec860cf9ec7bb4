import type { TraceNode } from './api/trace'

/** The nodes in sight: none below a closed one. */
export function listOpen(nodes: readonly TraceNode[], closed: ReadonlySet<string>): TraceNode[] {
    const shown: TraceNode[] = []
    let closedDepth = Infinity
    for (const node of nodes) {
        if (node.depth > closedDepth) continue
        closedDepth = closed.has(node.event.uuid) ? node.depth : Infinity
        shown.push(node)
    }
    return shown
}

/** Nodes that have something below them. */
export function listParents(nodes: readonly TraceNode[]): Set<string> {
    return new Set(nodes.flatMap(({ parent_uuid: parent }) => (parent === null ? [] : [parent])))
}
