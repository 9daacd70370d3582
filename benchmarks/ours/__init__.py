"""Our side of each line: one small program a file, each run in a process of its own."""
