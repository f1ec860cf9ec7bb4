"""
ClickHouse for one machine: chDB, the engine as a library, behind ClickHouse's own native TCP protocol.

`python -m posthog.clickhouse.embedded --data-dir DIR --port PORT` owns the directory (chDB lets one process open
it) and serves every process of the stack on 127.0.0.1, so that the application has one code path: the driver.
It is the default for development and small installs; production points CLICKHOUSE_HOST at a real server.

Rules:
- No Django here: the process starts in half a second and holds the engine, nothing else.
- An INSERT is applied when its last, empty block arrived, else not at all.
- What a client sends may break its own connection, never the process.

Not served: external tables, totals and extremes, the types JSON, Dynamic, Variant and AggregateFunction in an
INSERT's data, and parameters other than as settings `param_NAME` (the announced protocol revision has none).
"""
