/** What a LiteLLM proxy needs to report here, as the README has it. */
export const WAYS = ['shipper', 'generic_api'] as const
export type Way = (typeof WAYS)[number]

export const WAY_LABELS: Record<Way, string> = { shipper: 'Durable shipper', generic_api: 'LiteLLM’s own webhook' }

export const WAY_HINTS: Record<Way, string> = {
    shipper:
        'Writes each event to a file first and deletes it once it is stored here: nothing is lost while this site is ' +
        'away or the proxy is killed. Needs this project on the proxy’s PYTHONPATH.',
    generic_api:
        'Nothing to install. Events wait in the proxy’s memory: those it holds while it is killed, or while this site ' +
        'is away for longer than its retries, are lost.',
}

export interface Configuration {
    yaml: string
    environment: string
}

const SHIPPER_YAML = `litellm_settings:
  callbacks: ["posthog.llm_gateway.shipper.posthog_shipper"]`

const PLACEHOLDER = 'phg_…'

/**
 * Args:
 *     origin: This site's, e.g. https://posthog.example.com.
 *     token: Of a credential that was just made; else a placeholder stands for it.
 */
export function configure(way: Way, origin: string, token: string = PLACEHOLDER): Configuration {
    const endpoint = `${origin}/api/llm_gateway/webhook`
    if (way === 'shipper') {
        return {
            yaml: SHIPPER_YAML,
            environment: `POSTHOG_GATEWAY_URL="${endpoint}"\nPOSTHOG_GATEWAY_TOKEN="${token}"`,
        }
    }
    return {
        yaml: genericApi(endpoint),
        environment: `POSTHOG_WEBHOOK_AUTHORIZATION="Bearer ${token}"\nDEFAULT_FLUSH_INTERVAL_SECONDS=1`,
    }
}

function genericApi(endpoint: string): string {
    return `callback_settings:
  posthog_accounting:
    callback_type: generic_api
    endpoint: ${endpoint}
    headers:
      Authorization: os.environ/POSTHOG_WEBHOOK_AUTHORIZATION
    max_retries: 5
    retry_delay: 1
    timeout: 10

litellm_settings:
  callbacks: [posthog_accounting]
  standard_logging_payload_excluded_fields: [model_map_information, model_parameters]`
}
