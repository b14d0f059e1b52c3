"""Checks of data: what cannot be meant, what looks wrong, and what to do about it.

:func:`check` reports on prices or returns; ``checked_at_the_door`` runs the same checks where a
model is fitted. Each file holds one family of checks: it turns arrays into problems.
"""

from hedgeresearch.data.quality.table_check import check_data as check_data
