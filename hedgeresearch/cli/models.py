"""The models that the command line offers by name."""

from __future__ import annotations

from enum import StrEnum

from hedgeresearch.covariance.dcc.dcc import DCC
from hedgeresearch.covariance.moments.ewma import EWMACovariance
from hedgeresearch.errors import DataError
from hedgeresearch.hedges.cointegration.error_correction import ErrorCorrectionHedge
from hedgeresearch.hedges.model import HedgeModel
from hedgeresearch.hedges.kalman.hedge import KalmanHedge
from hedgeresearch.hedges.minimum_variance.hedge import MinimumVarianceHedge
from hedgeresearch.hedges.regime_switching.regime_hedge import RegimeHedge
from hedgeresearch.hedges.regression.naive import NaiveHedge
from hedgeresearch.hedges.regression.ols import OLSHedge
from hedgeresearch.hedges.regression.rolling_ols import RollingOLSHedge
from hedgeresearch.regimes.hmm.gaussian import GaussianHMM


class ModelName(StrEnum):
    """The models that the command line offers."""

    naive = "naive"
    ols = "ols"
    rolling = "rolling"
    kalman = "kalman"
    ecm = "ecm"
    ewma = "ewma"
    dcc = "dcc"
    regime = "regime"


def model_of(name: ModelName) -> HedgeModel:
    models: dict[ModelName, HedgeModel] = {
        ModelName.naive: NaiveHedge(),
        ModelName.ols: OLSHedge(),
        ModelName.rolling: RollingOLSHedge(250),
        ModelName.kalman: KalmanHedge(),
        ModelName.ecm: ErrorCorrectionHedge(),
        ModelName.ewma: MinimumVarianceHedge(EWMACovariance()),
        ModelName.dcc: MinimumVarianceHedge(DCC()),
        ModelName.regime: RegimeHedge(GaussianHMM(2)),
    }
    return models[name]


def model_name(text: str) -> ModelName:
    try:
        return ModelName(text.strip())
    except ValueError:
        raise DataError(
            f"--models must name models from {', '.join(ModelName)}; got {text.strip()!r}."
        ) from None
