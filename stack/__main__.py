"""Run one command: `stack/run start|test|manage|bench|install ARGS…`."""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ("start", "test", "manage", "bench", "install")


def main(arguments: list[str]) -> int:
    """Exit code of the named command; a StackError becomes its sentence and 1."""
    from stack.errors import StackError
    from stack.progress import write_line

    name, *rest = arguments or [""]
    if name not in COMMANDS:
        write_line(f"✗ Unknown command {name!r}; there are: {', '.join(COMMANDS)}.")
        return 2
    command = importlib.import_module(f"stack.commands.{name}")
    try:
        return int(command.run(rest, root=ROOT))
    except StackError as error:
        write_line(f"✗ {error}")
    except OSError as error:
        write_line(f"✗ {error.filename or name}: {error.strerror or error}.")
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    sys.exit(main(sys.argv[1:]))
