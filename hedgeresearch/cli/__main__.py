"""``python -m hedgeresearch.cli``."""

from hedgeresearch.cli import main

main()
