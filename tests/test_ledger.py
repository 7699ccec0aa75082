"""Ledger: the only door for money and things, double entry by construction, and it refuses what breaks a law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govmodel.foundations.errors import GovmodelError, LawBroken
from govmodel.foundations.ledger import Ledger
from govmodel.model import GovernanceModel
from tests.worlds import CHINA

PLACES = ("mine", "shop", "home")


def books(months: int = 3) -> tuple[Ledger, slice, slice]:
    """Open small books: two shops sell to a household, the treasury taxes the shops."""
    ledger = Ledger(96, months)
    sales = ledger.line("sales", ["household"], ["shop a", "shop b"])
    tax = ledger.line("tax", ["shop a", "shop b"], ["treasury"])
    ledger.open_books()
    ledger.open_places(PLACES, 2)
    return ledger, sales, tax


def test_a_payment_takes_from_one_and_gives_to_another():
    """What the payer loses the payee gains, in whole fen, by month."""
    ledger, sales, tax = books()
    ledger.pay(96, sales, np.array([500, 700]))
    ledger.pay(97, tax, 20)
    balance = dict(zip(ledger.accounts, ledger.balances(98).tolist()))
    assert balance == {"household": -1200, "shop a": 480, "shop b": 680, "treasury": 40}
    assert dict(zip(ledger.accounts, ledger.balances(96).tolist()))["treasury"] == 0
    assert ledger.net(["shop a", "shop b"]).tolist() == [1200, -40, 0]
    assert ledger.net(["household", "shop a", "shop b"]).tolist() == [0, -40, 0]  # among themselves nothing is gained


def test_the_frame_lists_every_payment_in_yuan():
    """One row a payment that was made; empty lines are left out."""
    ledger, sales, _ = books()
    ledger.pay(97, sales, np.array([150, 0]))
    frame = ledger.frame()
    assert frame.to_dict("records") == [
        {"month": "2021-02", "payer": "household", "payee": "shop a", "purpose": "sales", "yuan": 1.5}
    ]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 10**13), st.integers(0, 10**13)), max_size=20)
)
def test_balances_always_sum_to_zero(payments):
    """Whatever is paid on whichever line, no fen is made or lost, in any month."""
    ledger, sales, tax = books()
    for month, is_tax, one, other in payments:
        ledger.pay(96 + month, tax if is_tax else sales, np.array([one, other]))
    for month in range(96, 99):
        assert ledger.balances(month).sum() == 0
        ledger.check(month, ("mine",))


@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(-(10**15), 10**15), st.integers(0, 9)),
        max_size=20,
    )
)
def test_things_are_moved_never_made(moves):
    """The places' sum is constant, kind by kind."""
    ledger, _, _ = books()
    for source, target, one, other in moves:
        ledger.move(source, target, np.array([one, other]))
    assert not ledger.stock.sum(axis=0).any()


def test_a_negative_payment_is_refused_with_month_and_line():
    """A payment below zero would let the payee pay: the check names the month and the line."""
    ledger, sales, tax = books()
    ledger.pay(96, sales, np.array([5, 5]))
    ledger.pay(97, tax, np.array([3, -1]))
    ledger.check(96, ("mine",))
    with pytest.raises(LawBroken, match="2021-02.*tax"):
        ledger.check(97, ("mine",))


def test_less_than_nothing_inside_is_refused_with_the_place():
    """Only places outside may count down; inside, less than nothing names the place."""
    ledger, _, _ = books()
    ledger.move("mine", "shop", np.array([5, 5]))
    ledger.check(96, ("mine",))
    ledger.move("shop", "home", np.array([6, 0]))
    with pytest.raises(LawBroken, match="shop"):
        ledger.check(96, ("mine",))
    assert issubclass(LawBroken, GovmodelError)


@pytest.mark.parametrize("call", [lambda b: b.move("mine", "nowhere", np.zeros(2, int)), lambda b: b.net(["stranger"])])
def test_unknown_places_and_accounts_are_errors(call):
    """Nothing goes to or comes from what was never opened."""
    with pytest.raises(KeyError):
        call(books()[0])


def test_a_world_whose_books_are_cooked_stops():
    """A model that would take more out of plants than is in them does not get past its own month."""
    model = GovernanceModel(CHINA.with_(scale=200_000, until="2021-06"), rng=1)
    model.step()
    model.plants.waiting += 10**9  # packs nobody delivered
    with pytest.raises(LawBroken):
        for _ in range(3):
            model.step()


def test_a_world_that_pays_negative_prices_stops():
    """A negative amount on any line is refused at the end of the month."""
    model = GovernanceModel(CHINA.with_(scale=200_000, until="2021-06"), rng=1)
    model.step()
    model.ledger.pay(model.month, model.books.fines, np.full(31, -(10**15)))
    with pytest.raises(LawBroken, match="fines"):
        model.step()


def test_shifting_many_things_refuses_to_make_or_lose_any():
    """A shift whose changes do not cancel is refused whole; one that cancels moves what it names."""
    ledger = Ledger(0, 1)
    ledger.open_places(("here", "there"), 3)
    ledger.shift(np.array([[0, -2, 5], [0, 2, -5]]))
    assert ledger.stock.tolist() == [[0, -2, 5], [0, 2, -5]]
    with pytest.raises(LawBroken, match="made or lost"):
        ledger.shift(np.array([[1, 0, 0], [0, 0, 0]]))
    assert ledger.stock.tolist() == [[0, -2, 5], [0, 2, -5]]
