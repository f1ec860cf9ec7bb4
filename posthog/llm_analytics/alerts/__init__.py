"""
Tells people when the accounting goes wrong: observations → checks (`posthog.llm_integrity`) → alerts → deliveries.

Each organization is looked at by itself: a gateway's name means something within it alone.
"""
