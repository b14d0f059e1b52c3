"""The commands of the terminal, as ``python -m hedgeresearch``."""

from hedgeresearch.cli import main

main()
