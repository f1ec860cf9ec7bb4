"""Delivery and exports of what `posthog` accounts for. Imports posthog; posthog never imports this."""
