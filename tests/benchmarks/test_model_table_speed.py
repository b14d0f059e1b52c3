"""Time of a fit of every model, compared with the table of models."""

from typing import Any

import numpy as np
import pytest

import hedgeresearch as hr

OLS = hr.OLSHedge()
EWMA = hr.MinimumVarianceHedge(hr.EWMACovariance())
LABELS = hr.data.simulate_dcc(1000, seed=1).returns["asset"].rolling(20).std().fillna(0.01) > 0.01
SETTINGS: dict[str, tuple[Any, ...]] = {
    "RollingOLSHedge": (250,),
    "WeightedOLSHedge": (60,),
    "HorizonHedge": (OLS, 10),
    "MeanVarianceHedge": (5.0,),
    "MinimumVarianceHedge": (hr.DCC(),),
    "RegimeHedge": (hr.GaussianHMM(2),),
    "ShrunkHedge": (OLS,),
    "CombinedHedge": ({"ols": OLS, "ewma": EWMA},),
    "RegimeWeightedHedge": ({"naive": hr.NaiveHedge(), "ewma": EWMA}, hr.GaussianHMM(2)),
    "ConstrainedHedge": (EWMA, 0.0, 0.7),
    "RollingCovariance": (250,),
    "RegimeCorrelation": (2,),
    "JumpModel": (2, 5.0),
    "LabelledRegimes": (LABELS,),
    "ThresholdRegimes": (),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", hr.list_models().index)
def test_fit_of_a_thousand_dates(benchmark: Any, name: str) -> None:
    row = hr.list_models().loc[name]
    default = (2,) if row["family"] == "regimes" else ()
    model = getattr(hr, name)(*SETTINGS.get(name, default))
    returns = hr.data.simulate_dcc(1000, seed=1).returns
    prices = 100.0 * np.exp(returns.cumsum())
    if row["family"] == "volatility":
        arguments: tuple[Any, ...] = (returns["asset"],)
    elif row["family"] == "covariance":
        arguments = (returns,)
    elif row["family"] == "regimes":
        arguments = (returns if row["several hedges"] else returns[["asset"]],)
    else:
        data = prices if model.traits.input == "prices" else returns
        arguments = (data["asset"], data[["hedge"]])
    benchmark.pedantic(model.fit, arguments, rounds=3, warmup_rounds=1)
    benchmark.extra_info |= {"case": name, "aim": row["fit of 1000 dates, ms"] / 1000.0}
