"""The scripts that build the documentation are imported from their folder."""

import sys
from pathlib import Path

import hedgeresearch as hr

sys.path.insert(0, str(Path(hr.__file__).parents[1] / "docs" / "site"))
