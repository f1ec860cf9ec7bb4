import * as Ariakit from '@ariakit/react'
import { useDefinition } from './definitions'

/** The name of a figure, whose definition is one press away. */
export function Term({ figure, label }: { figure: string; label: string }) {
    const definition = useDefinition(figure)
    if (!definition) return <span>{label}</span>
    return (
        <Ariakit.PopoverProvider placement="bottom-start">
            <Ariakit.PopoverDisclosure className="term" aria-label={`${label}: definition`}>
                {label}
            </Ariakit.PopoverDisclosure>
            <Ariakit.Popover className="popover" gutter={6} portal unmountOnHide>
                <Ariakit.PopoverHeading className="popover-heading">{definition.label}</Ariakit.PopoverHeading>
                <Ariakit.PopoverDescription>{definition.definition}</Ariakit.PopoverDescription>
            </Ariakit.Popover>
        </Ariakit.PopoverProvider>
    )
}
