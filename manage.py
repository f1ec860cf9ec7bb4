#!/usr/bin/env python
"""Runs a management command; a bad setting is one sentence and exit code 2."""

import os
import sys

from django.core.management import execute_from_command_line

from posthog.errors import InvalidSetting


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "posthog.settings")
    try:
        execute_from_command_line(sys.argv)
    except InvalidSetting as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
