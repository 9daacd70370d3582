"""Run `python -m mutspad.cli VERB`."""

from mutspad.cli.main import main

main()
