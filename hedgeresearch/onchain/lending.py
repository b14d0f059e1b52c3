r"""Loans against collateral: health factor, price of liquidation, and partial liquidation.

With collateral of value c_i and liquidation threshold T_i, and debt of value B, lending protocols
such as Aave define the health factor

.. math:: HF = \frac{\sum_i c_i T_i}{B}

and lets anyone repay part of the debt, for collateral of that value and a bonus b, once HF < 1. A
repayment r against collateral k changes it to

.. math:: HF' = \frac{\sum_i c_i T_i - r (1 + b_k) T_k}{B - r}

which exceeds HF only if HF > T_k (1 + b_k): below that, each liquidation makes the loan worse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hedgeresearch._containers.frozen_mapping import FrozenMapping
from hedgeresearch._exports import exported_by
from hedgeresearch._validation.settings import check_between
from hedgeresearch.errors import DataError
from hedgeresearch.onchain.collateral import Collateral
from hedgeresearch.onchain.loan_liquidation import MIN_CLOSE_FACTOR, left_after_liquidations
from hedgeresearch.typing import Array


@exported_by("hedgeresearch.onchain")
@dataclass(frozen=True)
class LoanPosition:
    """A loan: collateral, and debt in one or several tokens.

    Parameters
    ----------
    collateral : sequence of Collateral, one a token
    debt : mapping from the name of a token to the amount owed, tokens
    close_factor : float in [.01, 1], largest share of the debt that one liquidation repays, while
        the health factor is above .95: .5 in Aave; 1 where a protocol liquidates a loan as a whole

    Raises
    ------
    DataError
        If there is no collateral or no debt, a token is deposited twice, or the close factor is out
        of its range.

    Examples
    --------
    Ten ether, and 5,000 dollars of another token, against 22,000 dollars:

    >>> from hedgeresearch.onchain import Collateral, LoanPosition
    >>> loan = LoanPosition(
    ...     [Collateral("WETH", 10.0, 0.825), Collateral("DAI", 5_000.0, 0.77)], {"USDC": 22_000.0}
    ... )
    >>> prices = {"WETH": 2_000.0, "DAI": 1.0, "USDC": 1.0}
    >>> round(loan.health_factor(prices), 3)
    0.925
    >>> loan.liquidation_price("WETH", prices)
    2200.0
    >>> half = loan.liquidate("WETH", prices, repaid=11_000.0)
    >>> round(half.health_factor(prices), 5)
    0.98375
    """

    collateral: Sequence[Collateral]
    debt: Mapping[str, float]
    close_factor: float = 0.5

    def __post_init__(self) -> None:
        deposits = tuple(self.collateral) if isinstance(self.collateral, Sequence) else ()
        if not deposits or not all(isinstance(each, Collateral) for each in deposits):
            raise DataError(
                f"collateral must be one or more Collateral; got {self.collateral!r}. Pass "
                "[Collateral(token, amount, threshold)]."
            )
        tokens = [each.token for each in deposits]
        if len(set(tokens)) < len(tokens):
            raise DataError(f"Each token is deposited once; got {', '.join(tokens)}. Add them up.")
        if not isinstance(self.debt, Mapping) or not self.debt:
            raise DataError(f"A loan has debt; got {self.debt!r}. Pass {{token: amount}}.")
        for token, amount in self.debt.items():
            check_between(amount, f"The debt of {token}", 0.0, math.inf)
        check_between(self.close_factor, "close_factor", 0.0, math.inf)
        if not MIN_CLOSE_FACTOR <= self.close_factor <= 1.0:
            raise DataError(
                f"close_factor must be a share of the debt, at most 1 and at least "
                f"{MIN_CLOSE_FACTOR:g}; got {self.close_factor:g}. Pass for example 0.5."
            )
        object.__setattr__(self, "collateral", deposits)
        object.__setattr__(self, "debt", FrozenMapping(self.debt))

    @property
    def tokens(self) -> list[str]:
        """Names of the tokens deposited and owed, each once.

        Examples
        --------
        >>> from hedgeresearch.onchain import Collateral, LoanPosition
        >>> loan = LoanPosition([Collateral("WETH", 10.0, threshold=0.825)], {"USDC": 11_000.0})
        >>> prices = {"WETH": 2_000.0, "USDC": 1.0}
        >>> loan.tokens, loan.value(prices), loan.delta("WETH"), loan.exposure("USDC")
        (['WETH', 'USDC'], 9000.0, 10.0, -11000.0)
        >>> loan.counted_and_owed(prices), loan.liquidation_helps("WETH", prices)
        ((16500.0, 11000.0), True)
        >>> loan.repay("USDC", 1_000.0).debt["USDC"]
        10000.0
        """
        names = [each.token for each in self.collateral]
        return [*names, *(token for token in self.debt if token not in names)]

    def health_factor(self, prices: Mapping[str, float]) -> float:
        """Return collateral that counts over debt; liquidation is possible below one.

        Parameters
        ----------
        prices : mapping from each token to its price, all in the same currency
        """
        self._check_prices(prices)
        counted, owed = self.counted_and_owed(prices)
        return float(counted / owed)

    def liquidation_price(self, token: str, prices: Mapping[str, float]) -> float:
        """Return the price of one token at which the health factor is one, the others unchanged.

        Parameters
        ----------
        token : name of a token that is deposited or owed
        prices : mapping from each token to its price, all in the same currency

        Returns
        -------
        float
            0.0 if no fall of a deposited token liquidates, or if the loan can be liquidated at any
            price of an owed one.

        Raises
        ------
        DataError
            If the token is not part of the loan, or its price does not matter.
        """
        self._check_prices(prices)
        if token not in self.tokens:
            raise DataError(f"The loan holds {', '.join(self.tokens)}; got {token!r}.")
        exposure = self.exposure(token)
        price = prices[token]
        counted, owed = self.counted_and_owed(prices)
        # the health factor is one where what counts exceeds the debt by nothing
        rest = counted - owed - exposure * price
        if exposure == 0.0:
            raise DataError(f"The health factor does not depend on {token}, deposited and owed.")
        return float(max(0.0, -rest / exposure))  # in this order, for which it is never -0.0

    def delta(self, token: str) -> float:
        """Return the tokens deposited minus those owed: the derivative of the loan's value."""
        deposited = sum(each.amount for each in self.collateral if each.token == token)
        return deposited - self.debt.get(token, 0.0)

    def exposure(self, token: str) -> float:
        """Return the tokens that count as collateral minus those owed."""
        counted = sum(
            each.amount * each.threshold for each in self.collateral if each.token == token
        )
        return counted - self.debt.get(token, 0.0)

    def value(self, prices: Mapping[str, float]) -> float:
        """Return the value of the collateral minus that of the debt."""
        self._check_prices(prices)
        deposited = sum(each.amount * prices[each.token] for each in self.collateral)
        return float(deposited - self.counted_and_owed(prices)[1])

    def value_after_liquidations(
        self, prices: Mapping[str, Any], values: Mapping[str, Any] | None = None
    ) -> Array:
        """Return the value that is left to the borrower, after all liquidations that prices allow.

        That is collateral minus debt where the health factor is one or more. Below, liquidators
        repay the close factor of the debt, or all of it at a health factor of at most .95, for
        collateral of that value and its bonus, again while the health factor is below one. It is
        never negative: a protocol has no claim beyond the collateral.

        Parameters
        ----------
        prices : mapping from each token to its price by which the loan is judged, a number or an
            array (n_scenarios,), all in the same currency
        values : mapping from each token to what it is worth; None where that is its price

        Returns
        -------
        array (n_scenarios,)

        Raises
        ------
        DataError
            If the price of a token is missing, not positive or not finite, or prices are those of
            different numbers of scenarios.

        Examples
        --------
        At 1,300 dollars the health factor is .975, and a liquidator repays half of the debt:

        >>> from hedgeresearch.onchain import Collateral, LoanPosition
        >>> loan = LoanPosition([Collateral("WETH", 10.0, 0.825)], {"USDC": 11_000.0})
        >>> prices = {"WETH": np.array([1_400.0, 1_300.0, 1_000.0]), "USDC": 1.0}
        >>> loan.value_after_liquidations(prices).tolist()
        [3000.0, 1725.0, 0.0]
        """
        at = self._in_scenarios(prices)
        worth = at if values is None else self._in_scenarios(values)
        judged = self._values_of_deposits(at)
        owed = self._values_of_debt(at)
        held, left = left_after_liquidations(
            judged,
            owed,
            np.array([each.threshold for each in self.collateral]),
            np.array([each.bonus for each in self.collateral]),
            self.close_factor,
        )
        kept = (held / judged * self._values_of_deposits(worth)).sum(axis=0)
        return np.asarray(np.maximum(kept - left / owed * self._values_of_debt(worth), 0.0))

    def repay(self, token: str, amount: float) -> LoanPosition:
        """Return the loan after a repayment of part of the debt.

        Parameters
        ----------
        token : name of a token that is owed
        amount : float, tokens, more than nothing and less than is owed
        """
        if token not in self.debt:
            raise DataError(f"{token} is not owed. Owed are {', '.join(self.debt)}.")
        check_between(amount, "amount", 0.0, self.debt[token])
        return replace(self, debt={**self.debt, token: self.debt[token] - amount})

    def liquidate(
        self, token: str, prices: Mapping[str, float], repaid: float, *, owed: str | None = None
    ) -> LoanPosition:
        """Return the loan after a partial liquidation.

        Parameters
        ----------
        token : name of the collateral that the liquidator receives
        prices : mapping from each token to its price, all in the same currency
        repaid : float > 0, value of the debt that is repaid, in the currency of the prices
        owed : name of the token that is repaid; None if only one is owed

        Raises
        ------
        DataError
            If the health factor is one or more, or there is not as much debt or collateral.
        """
        health = self.health_factor(prices)
        if health >= 1.0:
            raise DataError(f"A loan is liquidated below a health factor of 1; it is {health:.4g}.")
        deposit = self._deposit(token)
        owed = self._only_debt(owed)
        check_between(repaid, "repaid", 0.0, self.debt[owed] * prices[owed])
        seized = repaid * (1.0 + deposit.bonus) / prices[token]
        if seized >= deposit.amount:
            most = deposit.amount * prices[token] / (1.0 + deposit.bonus)
            raise DataError(f"The collateral in {token} repays less than {most:.6g}; got {repaid}.")
        left = replace(deposit, amount=deposit.amount - seized)
        collateral = [left if each is deposit else each for each in self.collateral]
        debt = {**self.debt, owed: self.debt[owed] - repaid / prices[owed]}
        return replace(self, collateral=collateral, debt=debt)

    def liquidation_helps(self, token: str, prices: Mapping[str, float]) -> bool:
        """Return whether a small liquidation of one collateral raises the health factor."""
        deposit = self._deposit(token)
        return self.health_factor(prices) > deposit.threshold * (1.0 + deposit.bonus)

    def counted_and_owed(self, prices: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the collateral that counts, and the debt, at prices that may be arrays."""
        counted = sum(each.amount * each.threshold * prices[each.token] for each in self.collateral)
        return counted, sum(amount * prices[token] for token, amount in self.debt.items())

    def _values_of_deposits(self, prices: Mapping[str, Array]) -> Array:
        """Return the value of each deposit, (n_tokens, n_scenarios)."""
        return np.array([each.amount * prices[each.token] for each in self.collateral])

    def _values_of_debt(self, prices: Mapping[str, Array]) -> Array:
        """Return the value of all debt, (n_scenarios,)."""
        return np.asarray(sum(amount * prices[token] for token, amount in self.debt.items()))

    def _deposit(self, token: str) -> Collateral:
        """Return the collateral in one token."""
        for each in self.collateral:
            if each.token == token:
                return each
        held = ", ".join(each.token for each in self.collateral)
        raise DataError(f"{token} is not deposited. Deposited are {held}.")

    def _only_debt(self, token: str | None) -> str:
        """Return the token that is repaid, by name or because only one is owed."""
        if token is None and len(self.debt) == 1:
            return next(iter(self.debt))
        if token is None or token not in self.debt:
            raise DataError(f"owed must be one of {', '.join(self.debt)}; got {token!r}.")
        return token

    def _in_scenarios(self, prices: Mapping[str, Any]) -> dict[str, Array]:
        """Return the prices of all tokens in scenarios, (n_scenarios,) each, once checked."""
        found = {}
        for token in self.tokens:
            if token not in prices:
                raise DataError(f"The price of {token} is missing. Pass one for each token.")
            found[token] = np.atleast_1d(np.asarray(prices[token], dtype=float))
        n_scenarios = max(len(each) for each in found.values())
        for token, each in found.items():
            if each.shape not in ((1,), (n_scenarios,)):
                raise DataError(
                    f"prices must be numbers or of the same {n_scenarios:,} scenarios; that of "
                    f"{token} has the shape {each.shape}."
                )
            for one in (each.min(), each.max()):
                check_between(float(one), f"The price of {token}", 0.0, math.inf)
        return {token: np.broadcast_to(each, n_scenarios) for token, each in found.items()}

    def _check_prices(self, prices: Mapping[str, float]) -> None:
        """Refuse prices that are missing or not positive."""
        for token in self.tokens:
            if token not in prices:
                raise DataError(f"The price of {token} is missing. Pass one for each token.")
            check_between(prices[token], f"The price of {token}", 0.0, math.inf)
