import { formatCount } from '../../shared/format/format'
import { EmptyNote } from '../../shared/states/states'
import type { CallDetail } from './api/generation'
import { parse, print, readTurns, type Block, type Turn } from './conversation'

interface Props {
    call: CallDetail
    isPrivate: boolean
}

/** What was asked and answered, as far as it is stored. */
export function Conversation({ call, isPrivate }: Props) {
    const { content } = call
    const asked = readTurns(content.input ?? content.input_state, 'input')
    const answered = readTurns(content.output_choices ?? content.output ?? content.output_state, 'output')
    if (asked === null && answered === null) return <NotStored isPrivate={isPrivate} />
    return (
        <div className="conversation">
            {content.tools && <Tools stored={content.tools} />}
            {asked?.map((turn, index) => <TurnView key={`asked ${String(index)}`} turn={turn} />)}
            {answered?.map((turn, index) => <TurnView key={`answered ${String(index)}`} turn={turn} />)}
            {!answered?.length && <p className="faint">{call.is_error ? 'No answer: the call failed.' : 'No answer is stored.'}</p>}
        </div>
    )
}

function NotStored({ isPrivate }: { isPrivate: boolean }) {
    return (
        <EmptyNote>
            <strong>Content is not stored.</strong>{' '}
            {isPrivate
                ? 'The team\'s privacy mode keeps prompts and answers out of the store; counts and costs are not affected.'
                : 'Nobody sent it, or privacy mode was on when the call arrived. Counts and costs are not affected.'}
        </EmptyNote>
    )
}

function Tools({ stored }: { stored: string }) {
    const tools = parse(stored)
    return (
        <details>
            <summary>{Array.isArray(tools) ? `${formatCount(tools.length, 'tools').title} offered` : 'Tools offered'}</summary>
            <pre className="json">{print(tools)}</pre>
        </details>
    )
}

function TurnView({ turn }: { turn: Turn }) {
    return (
        <article className={`turn turn-${turn.role}`}>
            <h3>{turn.role}</h3>
            {turn.blocks.map((block, index) => <BlockView key={index} block={block} />)}
        </article>
    )
}

function BlockView({ block }: { block: Block }) {
    if (block.kind === 'text') return <p className="said">{block.text}</p>
    if (block.kind === 'thinking') {
        return (
            <div className="thought">
                <h4>Reasoning</h4>
                <p className="said">{block.text}</p>
            </div>
        )
    }
    return (
        <div className="tool">
            <h4>
                {block.kind}
                {block.name && <> <code>{block.name}</code></>}
            </h4>
            <pre className="json">{block.text}</pre>
        </div>
    )
}
