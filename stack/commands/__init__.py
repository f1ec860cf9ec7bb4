"""One command a file, each with `run(arguments, root) -> exit code`."""
