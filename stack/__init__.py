"""
Set-up and supervision: what `bin/start`, `bin/test`, `bin/bench` and `bin/manage` do before Django runs.

Rules:
- Standard library only, Python 3.11 to 3.14: it runs before any environment exists. It never imports posthog.
- Progress and errors go to stderr; stdout belongs to the command that runs.
- A foreseeable failure is a StackError: one sentence that says what to do, exit code 1.
- One thread. A child's death signal (child.py) is tied to the thread that made it, so nothing starts children
  elsewhere.
"""
