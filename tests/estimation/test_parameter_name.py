"""Names of parameters and bounds: their text, and new numbers for their regimes."""

import pickle

import numpy as np

from hedgeresearch.estimation.estimates import Estimates
from hedgeresearch.estimation.parameter_name import Bound, ParameterName

CYCLE = np.array([1, 2, 0])


def test_text_holds_the_regimes_in_brackets():
    assert str(ParameterName("mean SP500", (2,))) == "mean SP500 [2]"
    assert str(ParameterName("p", (0, 1))) == "p [0,1]"
    assert str(ParameterName("variance y")) == "variance y"
    assert str(Bound(ParameterName("p", (0, 1)), 0.0)) == "p [0,1] = 0"
    assert str(Bound(ParameterName("nu", (0,)), 2.1)) == "nu [0] = 2.1"


def test_regimes_are_renumbered():
    assert str(ParameterName("p", (0, 2)).renumbered(CYCLE)) == "p [1,0]"
    # the brackets of an autoregression hold a lag, which is part of the label
    assert str(ParameterName("ar y [1]").renumbered(CYCLE)) == "ar y [1]"
    bound = Bound(ParameterName("p", (2, 1)), 0.0).renumbered(CYCLE)
    assert str(bound) == "p [0,2] = 0"


def test_names_survive_pickling():
    bound = Bound(ParameterName("p", (0, 1)), 0.0)
    assert pickle.loads(pickle.dumps(bound)) == bound


def test_estimates_show_names_and_bounds_as_text():
    bound = Bound(ParameterName("p", (0, 1)), 0.0)
    estimates = Estimates({ParameterName("p", (0, 0)): 1.0}, 100, bounds=(bound, "alpha = 0"))
    assert estimates.parameters.index.tolist() == ["p [0,0]"]
    assert estimates.bounds_hit == ("p [0,1] = 0", "alpha = 0")
