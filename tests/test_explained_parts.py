"""Explanations and views name the right part, the right place and the right years; each held against the record."""

import numpy as np
import pytest

import govmodel as gm
from govmodel.facts import PROVINCES
from govmodel.foundations.calendar import FIRST_YEAR
from govmodel.mechanisms.incidents import CAUSES
from tests.worlds import CHINA, lived

CASE = CHINA.with_(scale=20_000, until="2030-12")


@pytest.fixture(scope="module")
def world():
    """Give a world to look at."""
    return lived(CASE, 3)


def seen(model, subject: str, indicator: str) -> np.ndarray:
    """Give what a subject sees of something, month by month."""
    view = model.seen_by(subject)
    return view.loc[view["indicator"] == indicator, "value"].to_numpy()


def test_lithium_is_told_apart_by_who_recovered_it(world):
    found = gm.run(CASE.with_(until="2026-12"), seed=3).explain("lithium_recovered_t", "2026-06")
    tonnes = found.frame.set_index("part")[["before", "after"]]
    record = lived(CASE.with_(until="2026-12"), 3).record.metals[[53, 65], :2, 0] / 1e9
    assert np.allclose(tonnes.loc[["licensed plants", "workshops"]].to_numpy().T, record)
    assert not np.allclose(record[:, 0], record[:, 1], rtol=0.05)


def test_the_use_of_plants_is_told_apart_by_packs_scrap_and_capacity():
    run = gm.run(CASE.with_(until="2026-12"), seed=3)
    frame = run.explain("plant_utilisation", "2026-06").frame
    causes = frame[frame["dimension"] == "cause"].set_index("part")["contribution"]
    table = run.indicators.set_index("month")
    then, now = table.loc["2025-06"], table.loc["2026-06"]
    idle = np.mean([12.0 / then["licensed_capacity_kt"], 12.0 / now["licensed_capacity_kt"]])
    for part, name in (("retired packs", "licensed_input_kt"), ("factory scrap", "scrap_input_kt")):
        assert causes[part] == pytest.approx(idle * (now[name] - then[name])), part
    assert abs(causes["retired packs"] - causes["factory scrap"]) > 1e-4


def test_a_province_sees_all_that_burns_there_and_the_centre_what_burns_at_workshops_and_licensed_firms(world):
    fires = world.record.series["fires"]
    at = {name: CAUSES.index(name) for name in CAUSES}
    assert all(fires[:, place].sum() > 0 for place in at.values())
    code = PROVINCES[int(fires.sum(axis=(0, 1)).argmax())]
    assert np.array_equal(seen(world, code, "fires"), fires[:, :, PROVINCES.index(code)].sum(axis=1))
    told = seen(world, "central_government", "licensed_and_storage_fires")
    assert np.array_equal(told, fires[:, [at["workshop"], at["licensed"]]].sum(axis=(1, 2)))


@pytest.mark.parametrize(("kind", "ways", "firm"), [("automaker", (0, 1), "BYD"), ("battery_maker", (2, 3), "CATL")])
def test_makers_see_their_own_sales_and_the_scans_at_outlets_of_their_kind(world, kind, ways, firm):
    flows, facts = world.record.flows(), world.facts
    scans = np.bincount(flows["month"], flows["scanned_wh"] * np.isin(flows["way"], ways), world.months_run) / 1e9
    assert scans.sum() > 0.0 and np.allclose(seen(world, firm, f"scanned_at_outlets_of_{kind}s_gwh"), scans)
    names, shares = getattr(facts, f"{kind}s"), getattr(facts, f"{kind}_share")
    years = np.array([int(month[:4]) for month in world.months]) - FIRST_YEAR
    sold = world.record.sold * shares[years, list(names).index(firm)] / 1e3
    assert np.allclose(seen(world, firm, f"own_packs_sold_as_{kind}"), sold)


def test_use_of_plants_by_scrap_is_the_yearly_rate_and_part_of_the_whole(world):
    table = world.indicators
    packs = 12.0 * table["licensed_input_kt"] / table["licensed_capacity_kt"]
    assert np.allclose(table["plant_utilisation"] - table["scrap_utilisation"], packs)


def test_the_coast_has_the_capacity_that_stands_there(world):
    here = np.array([region == "coast" for region in world.facts.region])[world.plants.province]
    capacity = world.record.capacity_t
    share = capacity[:, here].sum(axis=1) / capacity.sum(axis=1)
    assert np.allclose(world.indicators["coast_share_capacity"], share) and abs(share.mean() - 0.5) > 0.02


def test_what_recyclers_earn_is_what_their_accounts_gain_less_what_owners_and_creditors_put_in(world):
    ledger, industry = world.ledger, world.industry
    gained = ledger.net(industry.names)
    for line, sign in ((industry.capital, -1), (industry.written_off, -1), (industry.dividends, 1)):
        gained = gained + sign * ledger.amounts[:, line].sum(axis=1)
    assert ledger.amounts[:, industry.dividends].sum() > 0
    assert np.allclose(world.indicators["recycler_profit"], gained / 1e8)
