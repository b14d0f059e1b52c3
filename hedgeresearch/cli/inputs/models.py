"""Models that the command line offers by a short name."""

from __future__ import annotations

from enum import StrEnum

from hedgeresearch.errors import DataError
from hedgeresearch.hedges.default import DEFAULT_NAME


class ModelName(StrEnum):
    """Short name of a hedge model."""

    naive = "naive"
    ols = "ols"
    rolling = "rolling"
    kalman = "kalman"
    ecm = "ecm"
    ewma = "ewma"
    decays = "decays"
    dcc = "dcc"
    regime = "regime"


DEFAULT_MODEL = ModelName(DEFAULT_NAME)
"""Model that is used where none is named."""
BENCHMARKS = (ModelName.naive, ModelName.ols)
"""Models that every backtest includes, under these names."""


def parse_model_names(text: str) -> list[ModelName]:
    """Return the short names in a list separated by commas."""
    return [_parse_model_name(part.strip()) for part in text.split(",")]


def _parse_model_name(text: str) -> ModelName:
    try:
        return ModelName(text)
    except ValueError:
        known = ", ".join(ModelName)
        raise DataError(
            f"--models must name models from {known}; got {text!r}. To use the best of several, "
            "run 'hedgeresearch recommend --model best'."
        ) from None
