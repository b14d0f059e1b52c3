from .estimates import Estimates as Estimates
from .hypothesis_test import HypothesisTest as HypothesisTest
from .hypothesis_test import NullDistribution as NullDistribution
