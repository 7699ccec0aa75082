"""Directions: what each lever must do, in paired worlds that share all luck, so that a sign cannot come from chance."""

from functools import lru_cache

import numpy as np
import pytest

from govmodel.facts import PROVINCES
from govmodel.model import GovernanceModel
from tests.worlds import CHINA, live

BASE = CHINA.with_(scale=4000, until="2033-12")
FROM = 72  # rows from 2027-01 on, a year after the levers move
SEEDS = (1, 2)
COAST_BOUND = [PROVINCES.index(code) for code in ("HE", "SX", "NM", "SC", "GZ", "YN", "SN", "GS", "XJ")]


@lru_cache(maxsize=64)
def measured(seed: int, **levers: float) -> dict[str, float]:
    """Live the base case with some levers set from 2026 on, and measure 2027 to 2033."""
    model = live(BASE.with_(levers=levers), seed)
    frame = model.indicators.iloc[FROM:]
    flows = model.record.watt_hours[FROM:].sum(axis=(0, 1, 4))  # route, way
    scrapped = flows[0]
    table = model.contracts.table
    table = table[table["signed"] >= model.start + FROM]
    share = {name: frame[f"{name}_gwh"].sum() / frame["released_gwh"].sum() for name in ("formal", "informal", "kept")}
    return {
        **share,
        "re-use by workshops": frame["reuse_gwh"].sum() / frame["released_gwh"].sum(),
        "scrapped vehicles' packs straight to workshops": scrapped[10:12].sum() / scrapped.sum(),
        "scrapped vehicles' packs to makers' outlets": scrapped[:4].sum() / scrapped.sum(),
        "scrapped vehicles' packs to dismantlers": scrapped[6:10].sum() / scrapped.sum(),
        "tendered packs to workshops": flows[3, 10:12].sum() / flows[3].sum(),
        "packs to makers' outlets": flows[:, :4].sum() / flows.sum(),
        "packs that licensed collectors fetch": flows[:, :6].sum() / flows.sum(),
        "packs that come back from leases": flows[2].sum() / flows[:5].sum(),
        "traceability": frame["scanned_gwh"].sum() / frame["handed_gwh"].sum(),
        "awareness": frame["awareness"].mean(),
        "reports": frame["reports"].sum() / 1000,
        "licensed bid": frame["licensed_bid_lfp"].mean(),
        "workshop bid": frame["workshop_bid_lfp"].mean(),
        "price to holders": frame["holder_income"].sum() / frame["sold_gwh"].sum(),
        "treasury": frame["treasury_net"].sum() / 1000,  # thousand million yuan
        "cost of governing": frame["governance_cost"].sum() / 1000,
        "deposit fund": frame["deposit_fund"].iloc[-1] / 1000,
        "workshops": frame["workshops"].iloc[-1] / 1000,
        "packs under contract": frame["contracted_gwh"].sum() / frame["sold_gwh"].sum(),
        "contracts": frame["contracts"].mean(),
        "breaches": frame["breaches"].sum() / frame["contracts"].sum() if frame["contracts"].sum() else np.nan,
        "disputes mediated": frame["mediated"].sum(),
        "trust between organisations": frame["trust_organisations"].mean(),
        "modular ties": frame["gereffi_modular"].mean(),
        "formal contracts": np.mean(table["formal"]) if len(table) else np.nan,
        "density": frame["network_density"].mean(),
    }


# levers, what is measured, and the least change it must make in every pair (shares, yuan/kWh, 10^9 yuan, thousands)
DIRECTIONS = [
    ({"subsidy": 30.0}, "formal", 0.05),
    ({"subsidy": 30.0}, "licensed bid", 10.0),
    ({"subsidy": 30.0}, "treasury", -1.0),
    ({"holder_reward": 30.0}, "formal", 0.01),
    ({"holder_reward": 30.0}, "treasury", -1.0),
    ({"fine": 8.0, "inspection": 4.0}, "workshop bid", -2.0),
    ({"fine": 8.0, "inspection": 4.0}, "formal", 0.05),
    ({"fine": 8.0, "inspection": 4.0}, "informal", -0.05),  # some of those that are left hide or split up
    ({"fine": 8.0}, "workshop bid", -0.1),  # more than a workshop owns cannot be fined
    ({"fine": 8.0}, "formal", 0.005),
    ({"inspection": 4.0}, "workshop bid", -0.5),
    ({"inspection": 4.0}, "cost of governing", 0.05),
    ({"outlet_duty": 20.0}, "packs to makers' outlets", 0.005),
    ({"outlet_duty": 20.0}, "formal", 0.002),
    ({"traceability": 0.95}, "traceability", 0.2),
    ({"whole_vehicle_scrapping": 1.0}, "scrapped vehicles' packs straight to workshops", -0.02),
    ({"whole_vehicle_scrapping": 1.0}, "scrapped vehicles' packs to dismantlers", 0.02),
    ({"whole_vehicle_scrapping": 0.0}, "scrapped vehicles' packs straight to workshops", 0.02),
    ({"deposit": 60.0}, "formal", 0.005),
    ({"deposit": 60.0}, "deposit fund", 1.0),  # schemes run a surplus while the fleet grows
    ({"tender_price_weight": 0.3}, "tendered packs to workshops", -0.05),
    ({"tender_price_weight": 0.3}, "formal", 0.02),
    ({"tender_price_weight": 1.0}, "tendered packs to workshops", 1e-4),
    ({"reuse_ban": 1.0}, "re-use by workshops", -0.001),
    ({"vat_relief": 1.0}, "licensed bid", 2.0),
    ({"vat_relief": 1.0}, "formal", 0.01),
    ({"vat_relief": 1.0}, "treasury", -1.0),
    ({"open_borders": 1.0}, "licensed bid", 0.3),
    ({"open_borders": 1.0}, "formal", 0.003),
    ({"open_borders": 0.0}, "licensed bid", -0.3),
    ({"buyback_premium": 30.0}, "packs to makers' outlets", 0.02),
    ({"buyback_premium": 30.0}, "formal", 0.01),
    ({"buyback_premium": 30.0}, "price to holders", 0.5),
    ({"leasing": 0.6}, "packs that come back from leases", 0.05),
    ({"leasing": 0.6}, "formal", 0.01),
    ({"leasing": 0.0}, "packs that come back from leases", -0.001),
    ({"online_collection": 1.0}, "packs that licensed collectors fetch", 0.01),
    ({"online_collection": 1.0}, "formal", 0.005),
    ({"contract_coverage": 0.6}, "packs under contract", 0.1),
    ({"contract_coverage": 0.6}, "tendered packs to workshops", -0.01),
    ({"contract_coverage": 0.6}, "formal", 0.03),
    ({"contract_coverage": 0.6}, "density", 0.005),
    ({"contract_coverage": 0.0}, "formal", -0.02),
    ({"standards": 1.0}, "contracts", 5.0),
    ({"standards": 1.0}, "modular ties", 0.01),
    ({"standards": 1.0}, "formal contracts", 0.02),
    ({"mediation": 1.0}, "breaches", -0.02),
    ({"mediation": 1.0}, "formal contracts", 0.1),
    ({"mediation": 1.0}, "trust between organisations", 0.02),
    ({"mediation": 1.0}, "cost of governing", 0.1),
    ({"mediation": 0.5}, "disputes mediated", 5.0),
    ({"information_sharing": 1.0}, "modular ties", 0.001),
    ({"credit_record": 1.0}, "breaches", -0.02),
    ({"credit_record": 1.0}, "trust between organisations", 0.02),
    ({"campaign": 1000.0}, "awareness", 0.05),
    ({"campaign": 1000.0}, "formal", 0.005),
    ({"campaign": 1000.0}, "treasury", -5.0),
    ({"campaign": 1000.0}, "reports", 0.5),
    ({"report_reward": 5000.0}, "reports", 1.0),
    ({"information_sharing": 1.0}, "licensed bid", 0.3),
    ({"information_sharing": 1.0}, "formal", 0.002),
    ({"information_sharing": 0.0}, "licensed bid", -0.02),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("levers", "what", "least"), DIRECTIONS, ids=[f"{'+'.join(levers)} -> {what}" for levers, what, _ in DIRECTIONS]
)
def test_a_lever_moves_what_it_must_in_its_direction(seed, levers, what, least):
    """With all luck shared, the lever moves the result by at least so much, in its direction, in every pair."""
    change = measured(seed, **levers)[what] - measured(seed)[what]
    assert change * np.sign(least) > abs(least), f"{what} changed by {change:+.4g}"


def test_each_direction_can_fail():
    """The opposite lever value moves the result the other way: no sign holds by construction."""
    for lever, low, high in (
        ("subsidy", 0.0, 30.0),
        ("tender_price_weight", 1.0, 0.3),
        ("open_borders", 0.0, 1.0),
        ("vat_relief", 0.0, 1.0),
        ("leasing", 0.0, 0.6),
    ):
        law = ({lever: low}, {}, {lever: high})
        down, usual, up = (sum(measured(seed, **levers)["formal"] for seed in (1, 2, 3)) for levers in law)
        assert down <= usual <= up and down < up, lever


def test_a_reward_lets_fewer_packs_be_kept():
    """In its first quarter, before workshops and provinces have answered to it, a reward brings packs out of homes."""
    case = CHINA.with_(
        scale=500, until="2024-06", parameters={"constant_kept": 3.0}
    )  # holders who part with a pack unwillingly
    rewards = ({"holder_reward": {"2024-04": value}} for value in (0.0, 100.0))
    plain, paid = (live(case.with_(levers=lever), 1).indicators["kept_gwh"] for lever in rewards)
    assert paid.iloc[39:].sum() < plain.iloc[39:].sum()
    assert np.array_equal(paid.iloc[:39], plain.iloc[:39])


def test_a_ban_on_re_use_lowers_what_workshops_pay(board):
    """Taking away one of a workshop's two incomes, on the same past, makes it pay more for no pack."""
    assert (board_after(reuse_ban=1.0).paid[4] <= board.paid[4] + 1e-9).all()


def test_a_ban_on_re_use_sends_no_packs_to_workshops():
    """Banning prohibited re-use does not lower the licensed share, but for the luck of who turns to what."""
    change = [measured(seed, reuse_ban=1.0)["formal"] - measured(seed)["formal"] for seed in SEEDS]
    assert np.mean(change) >= -0.005


# on the board itself, cell by cell


def board_after(month: int = 156, **levers: float):
    """Post the bids of a month with some levers set, on the state of a shared past."""
    model = GovernanceModel(CHINA.with_(scale=20_000, until="2026-12"), rng=1)
    while model.month < month:
        model.step()
    return model.post_bids(model.law_and_prices() | levers)


@pytest.fixture(scope="module")
def board():
    """Give the bids of January 2026 as the law stands."""
    return board_after()


def test_a_subsidy_raises_every_gate_price_and_no_penalty(board):
    """Gate prices rise by the subsidy wherever they are above zero."""
    more = board_after(subsidy=25.0)
    assert np.allclose((more.gate - board.gate)[board.gate > 0], 25.0)
    assert (more.licensed_value >= board.licensed_value).all()
    assert np.array_equal(more.penalty, board.penalty)


@pytest.mark.parametrize(("lever", "more"), [("fine", 3.0), ("inspection", 3.0)])
def test_penalties_grow_with_fine_and_inspection_and_lower_every_workshop_bid(board, lever, more):
    """The expected penalty grows, in proportion at most, and no workshop's bid rises."""
    usual = GovernanceModel(CHINA.with_(scale=200_000), rng=1).central.law(60)
    harder = board_after(**{lever: usual[lever] * more})
    assert (harder.penalty <= board.penalty * more + 1e-9).all()
    assert (harder.penalty >= board.penalty).all() and harder.penalty.sum() > 1.5 * board.penalty.sum()
    assert (harder.paid[4] <= board.paid[4] + 1e-9).all()
    assert (harder.paid[4] < board.paid[4]).any()


def test_a_holder_reward_raises_licensed_offers_only(board):
    """The reward is part of what holders see from licensed buyers, and of nothing that buyers pay."""
    more = board_after(holder_reward=10.0)
    assert np.array_equal(more.paid, board.paid) and np.array_equal(more.tender, board.tender)
    assert np.allclose(more.offer[:4] - board.offer[:4], 10.0)
    assert np.array_equal(more.offer[4:], board.offer[4:])


def test_open_borders_raise_what_every_province_gets_and_most_where_plants_are_few(board):
    """Cheaper permits never lower a province's licensed value."""
    closed, free = board_after(open_borders=0.0), board_after(open_borders=1.0)
    gain = free.licensed_value - closed.licensed_value
    assert (gain >= -1e-9).all() and gain.max() > 1.0
    assert gain[COAST_BOUND].mean() > 0


def test_a_buyback_premium_is_paid_at_makers_outlets_only(board):
    """Makers' outlets pay the premium on top, nobody else changes a bid."""
    more = board_after(buyback_premium=10.0)
    changed = more.paid - board.paid
    assert np.allclose(changed[:2][board.paid[:2] > 0], 10.0)
    assert not changed[2:].any()


# money of a deposit


def deposits(seed: int = 1):
    """Live a world with a deposit from its first month, in which packs wear out fast and are replaced and re-used."""
    case = CHINA.with_(
        scale=4000,
        until="2030-12",
        levers={"deposit": {"2021-01": 100.0}},
        parameters={
            "life_multiplier": 0.5,
            "second_life_price_lfp": 0.6,
            "second_life_least": 2.0,
            "second_life_mean": 8.0,
        },
    )
    return live(case, seed)


def test_a_deposit_is_paid_back_once():
    """A pack's deposit goes back at its first hand-over to a licensed buyer, not at every later one."""
    model = deposits()
    frame = model.table("packs")
    handed = frame[~frame["disposition"].str.startswith(("workshop", "kept"))]
    paid_back = model.ledger.amounts[:, model.books.refunds].sum(axis=0)
    twice = handed["pack"].duplicated().sum()
    assert twice > 0
    assert paid_back[4] == 0  # storage operators never paid one


def test_a_replacement_pack_pays_its_deposit():
    """Whoever gets a deposit back has paid one: with all packs sold as replacements counted, the fund takes them in."""
    model = deposits()
    mean = model.facts.pack_kwh * np.stack([1 - model.facts.phev_share, model.facts.phev_share], -1)
    by_class = np.zeros(4)
    replaced = 0.0
    fleet = model.holders.fleet
    for month in range(model.start, model.until + 1):
        kwh = mean[month // 12].sum(axis=-1)
        new = fleet.packs[month * 248 : (month + 1) * 248].reshape(31, 2, 4).sum(axis=(0, 1))
        again = fleet.packs[(276 + month - 96) * 248 : (277 + month - 96) * 248].reshape(31, 2, 4).sum(axis=(0, 1))
        by_class += (new + again) * kwh * model.case.scale * 100.0
        replaced += (again * kwh).sum() * model.case.scale * 100.0
    taken = model.ledger.amounts[:, model.books.deposits].sum() / 100.0
    assert replaced > 0.005 * taken
    assert taken == pytest.approx(by_class.sum(), rel=1e-4)
