"""One check a file: what it compares, from which sample on, and what follows."""
