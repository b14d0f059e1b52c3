"""Tables to work with: ``load("name")`` gives one, bundled or downloaded; ``list()`` says which there are."""

from hedgeresearch.datasets.download import fetch
from hedgeresearch.datasets.loading import list_datasets, load
from hedgeresearch.datasets.r_data import read_rda

__all__ = ["fetch", "list", "load", "read_rda"]
