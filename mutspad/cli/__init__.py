"""The command line: one file a verb; a verb reads files, calls the library, writes files."""
