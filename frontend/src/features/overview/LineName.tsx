import { nameOthers, type Dimension, type Line } from '../../shared/usage/lines'

interface Props {
    dimension: Dimension
    line: Line
    onPick: (value: string) => void
}

/** The name of a line; a press narrows the screen to it, or goes to the team. */
export function LineName({ dimension, line, onPick }: Props) {
    if (line.isOthers) return <span>{nameOthers(line)}</span>
    const title = `${line.name || 'None named'}: ${dimension === 'team' ? 'go to this team' : 'only these calls'}`
    return (
        <button type="button" className="pick" title={title} onClick={() => { onPick(line.value) }}>
            {line.name || <em>none named</em>}
        </button>
    )
}
