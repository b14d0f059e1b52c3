"""Reader of a loan at a lending protocol with the interface of Aave V3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from hedgeresearch.errors import DataError
from hedgeresearch.feeds.chain.abi import WORD, address_of, call_data, text_of, words_of
from hedgeresearch.feeds.chain.contracts import AaveLoan
from hedgeresearch.feeds.chain.many_calls import Call
from hedgeresearch.feeds.chain.node import Log
from hedgeresearch.feeds.chain.steps import Reading
from hedgeresearch.feeds.source import Source
from hedgeresearch.onchain.chain_events import Block, LoanState, PoolSwap
from hedgeresearch.onchain.collateral import Collateral
from hedgeresearch.onchain.lending import LoanPosition

BASIS_POINTS = 10_000
"""Thresholds and bonuses are whole numbers of 1 / BASIS_POINTS."""
HEALTH_UNIT = 10**18
"""Unit of the health factor of the contract."""
TOLERANCE = 1e-3
"""Relative difference of health factors: the contract rounds the mean threshold."""
USER_DATA = "getUserReserveData(address,address)"
CONFIGURATION = "getReserveConfigurationData(address)"
PRICE = "getAssetPrice(address)"


class LoanReader:
    """Reader of a loan.

    Parameters
    ----------
    contract : AaveLoan
    source : Source of its events
    pool, oracle : addresses of the protocol's contracts
    reserves : mapping from the address of each token of the protocol to its name
    unit : int, unit of the oracle's prices
    """

    def __init__(
        self,
        contract: AaveLoan,
        source: Source,
        places: tuple[str, str],
        reserves: dict[str, str],
        unit: int,
    ) -> None:
        self.contract = contract
        self.source = source
        self.addresses: tuple[str, ...] = ()
        self._pool, self._oracle = places
        self._reserves = reserves
        self._unit = unit

    def state(self, block: Block) -> Reading[Callable[[int], LoanState]]:
        """Read what is deposited and owed, its prices and thresholds, at the end of a block."""
        answers = yield self._calls()
        what = str(self.source)
        deposits = []
        debt = {}
        prices = {}
        rows = zip(*[iter(answers[1:])] * 3, strict=True)
        for token, (held, configured, price) in zip(self._reserves.values(), rows, strict=True):
            balance, stable, variable, *_, counts = words_of(held, 9, what)[:9]
            decimals, _, threshold, bonus = words_of(configured, 4, what)[:4]
            is_collateral = bool(balance and counts and threshold)
            if is_collateral:
                share = threshold / BASIS_POINTS
                extra = bonus / BASIS_POINTS - 1.0
                deposits.append(Collateral(token, balance / 10**decimals, share, extra))
            if stable + variable:
                debt[token] = (stable + variable) / 10**decimals
            if is_collateral or token in debt:
                prices[token] = words_of(price, 1, what)[0] / self._unit
        if not deposits or not debt:
            raise DataError(f"{what} has no loan: it owes nothing, or no collateral counts.")
        health = words_of(answers[0], 6, what)[5] / HEALTH_UNIT
        loan = LoanPosition(deposits, debt)
        self._compare(loan.health_factor(prices), health)
        return partial(LoanState, loan, prices, health, block)

    def events(self, logs: Sequence[Log], block: Block, receive_time: int) -> Iterator[PoolSwap]:
        """Yield nothing: the state at the end of each block is read."""
        yield from ()

    def _calls(self) -> list[Call]:
        """Return the calls of a state: the health factor, then three for each token."""
        what = str(self.source)
        account = self.contract.account
        provider = self.contract.data_provider
        calls = [Call(self._pool, call_data("getUserAccountData(address)", account), what)]
        for place in self._reserves:
            calls += [
                Call(provider, call_data(USER_DATA, place, account), what),
                Call(provider, call_data(CONFIGURATION, place), what),
                Call(self._oracle, call_data(PRICE, place), what),
            ]
        return calls

    def _compare(self, ours: float, stated: float) -> None:
        """Refuse a health factor that is not that of the contract."""
        if abs(ours - stated) > TOLERANCE * stated:
            raise DataError(
                f"The health factor of {self.source} is {stated:.4f} by the contract and "
                f"{ours:.4f} by its deposits and thresholds. An efficiency mode has other "
                "thresholds, which are not read: state the loan as a LoanPosition."
            )


def loan_reader(contract: AaveLoan, source: Source) -> Reading[LoanReader]:
    """Read what does not change of a lending protocol: its contracts and its tokens."""
    what = str(source)
    provider = contract.data_provider
    answers = yield [
        Call(provider, call_data(name), what)
        for name in ("ADDRESSES_PROVIDER()", "getAllReservesTokens()")
    ]
    registry = address_of(words_of(answers[0], 1, what)[0])
    places = yield [
        Call(registry, call_data(name), what) for name in ("getPool()", "getPriceOracle()")
    ]
    pool, oracle = (address_of(words_of(place, 1, what)[0]) for place in places)
    (unit,) = yield [Call(oracle, call_data("BASE_CURRENCY_UNIT()"), what)]
    return LoanReader(
        contract,
        source,
        (pool, oracle),
        _reserves(answers[1], what),
        words_of(unit, 1, what)[0],
    )


def _reserves(answer: bytes, what: str) -> dict[str, str]:
    """Return the names of tokens by address, from an array of texts and addresses."""
    words = words_of(answer, 2, what)
    begin = words[0] + WORD
    n_tokens = words[words[0] // WORD]
    reserves = {}
    for number in range(n_tokens):
        place = begin + words_of(answer[begin + number * WORD :], 1, what)[0]
        token = address_of(words_of(answer[place:], 2, what)[1])
        reserves[token] = text_of(answer[place:], what)
    return reserves
