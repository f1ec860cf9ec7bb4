import { useState } from 'react'
import { CopyBlock } from '../../../shared/forms/CopyBlock'
import { configure, WAY_HINTS, WAY_LABELS, WAYS, type Way } from './configuration'

/** The lines to copy into a LiteLLM proxy's configuration and environment. */
export function ConnectPanel({ token }: { token: string | undefined }) {
    const [way, setWay] = useState<Way>('shipper')
    const { yaml, environment } = configure(way, window.location.origin, token)
    return (
        <section className="panel" aria-labelledby="connect-title">
            <div className="panel-heading">
                <h2 id="connect-title">Connect a LiteLLM proxy</h2>
                <div className="segments" role="group" aria-label="How the proxy reports">
                    {WAYS.map((each) => (
                        <button key={each} type="button" aria-pressed={each === way} onClick={() => { setWay(each) }}>
                            {WAY_LABELS[each]}
                        </button>
                    ))}
                </div>
            </div>
            <p className="hint">{WAY_HINTS[way]}</p>
            <h3>In its config.yaml</h3>
            <CopyBlock key={yaml} label="config.yaml" text={yaml} />
            <h3>In its environment</h3>
            <CopyBlock key={environment} label="Environment" text={environment} />
        </section>
    )
}
