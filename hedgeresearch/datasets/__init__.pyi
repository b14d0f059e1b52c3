from .download import fetch as fetch
from .loading import list_datasets as list_datasets
from .loading import load as load
from .r_data import read_rda as read_rda
