"""
OpenTelemetry's spans → the `$ai_*` events that an SDK would have captured.

`decoding` reads an OTLP request into `Span`s, `events` turns those that tell of a model call, an agent or a tool into
captured events. Everything in between is one question a file: what a span is (`kinds`), who repeats whom
(`wrappers`), what was said (`content`), what else it says (`properties`).
"""
