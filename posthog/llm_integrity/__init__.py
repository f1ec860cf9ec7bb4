"""
Says when the accounting goes wrong: hourly sums → expectations → findings.

Pure: no Django, no I/O, no clock. What is compared with what stands in `checks/`, one check a file; how an alert
follows from findings stands in `posthog/llm_analytics/alerts/`.
"""
