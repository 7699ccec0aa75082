"""The facts: tables are whole, name their sources and agree with published national figures."""

import csv
import math
import tomllib

import numpy as np
import pytest

from govmodel import facts
from govmodel.facts.loading import FACTS_FOLDER
from govmodel.facts.names import called
from govmodel.facts.tables import TUNED
from govmodel.foundations import parameters
from govmodel.foundations.calendar import month_name, month_number

CHINA = FACTS_FOLDER / "china"
F = facts.load("china")
YEARS = np.array(facts.YEARS)
HISTORY = range(2016, 2026)


def at(year):
    return facts.YEARS.index(year)


def rows(file, folder=CHINA):
    with (folder / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def energy_sold(year):
    """GWh of packs in a year's new vehicles by holder class."""
    plug_in = F.phev_share[at(year)]
    kwh = F.pack_kwh[at(year), :, 0] * (1 - plug_in) + F.pack_kwh[at(year), :, 1] * plug_in
    return F.registrations["central"][at(year)] * F.class_share[at(year)] * kwh / 1e6


# ---------------------------------------------------------------- orders, shapes, sums


def test_orders_are_the_ones_every_array_stands_on():
    assert facts.YEARS == tuple(range(2013, 2036))
    assert len(facts.PROVINCES) == len(set(facts.PROVINCES)) == 31 and facts.PROVINCES[18] == "GD"
    assert facts.CHEMISTRIES == ("LFP", "NCM")
    assert facts.HOLDER_CLASSES == ("household", "ride_hailing", "bus", "logistics")
    assert facts.METALS == ("lithium", "nickel", "cobalt", "manganese", "copper", "aluminium")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("season", (12,)),
        ("class_share", (23, 4)),
        ("lfp_share", (23, 4)),
        ("phev_share", (23, 4)),
        ("pack_kwh", (23, 4, 2)),
        ("leased_share", (23, 4)),
        ("province_share", (23, 31)),
        ("latitude", (31,)),
        ("longitude", (31,)),
        ("neighbours", (31, 31)),
        ("grid", (31, 2)),
        ("workshop_count", (31,)),
        ("metal_per_kwh", (2, 6)),
        ("mass_per_kwh", (2,)),
        ("new_pack_price", (23, 2)),
        ("battery_shape", (23, 2, 4)),
        ("battery_scale", (23, 2, 4)),
        ("vehicle_shape", (23, 4)),
        ("vehicle_scale", (23, 4)),
        ("scrap_gwh", (23,)),
        ("scrap_lfp_share", (23,)),
        ("scrap_province_share", (31,)),
        ("outlets", (23, 4)),
    ],
)
def test_arrays_have_their_shape_and_cannot_be_written_to(name, shape):
    array = getattr(F, name)
    assert array.shape == shape
    assert np.isfinite(array).all() and (array >= 0).all()
    with pytest.raises(ValueError, match="read-only"):
        array[(0,) * array.ndim] = 1


def test_arrays_in_tables_of_arrays_cannot_be_written_to_either():
    shapes = ((F.registrations, (23,)), (F.capacity, (23,)), (F.recovery, (2, 6)), (F.metal_prices, (276, 6)))
    for table, shape in shapes:
        for array in table.values():
            assert array.shape == shape
            assert not array.flags.writeable


def test_shares_sum_to_one():
    for array in (
        F.season,
        F.class_share,
        F.province_share,
        F.automaker_share,
        F.battery_maker_share,
        F.scrap_province_share,
    ):
        np.testing.assert_allclose(array.sum(axis=-1), 1.0, rtol=0, atol=1e-12)
    for array in (F.lfp_share, F.phev_share, F.leased_share, F.scrap_lfp_share, *F.recovery.values()):
        assert array.max() <= 1.0


def test_loading_is_cached():
    assert facts.load() is F and facts.load("china") is F


# ---------------------------------------------------------------- where numbers come from


def test_every_row_names_a_source_and_guesses_say_what_they_are():
    files = sorted(path.name for path in CHINA.glob("*.csv") if path.name not in ("sources.csv", "demands.csv"))
    assert len(files) >= 25
    for file in files:
        for row in rows(file):
            assert row["source"] in F.sources or row["source"] in TUNED, (file, row)
            assert row["source"] not in TUNED or row["note"] or row.get("why"), (file, row)
            assert "not checked" not in row["note"] or row["source"] in TUNED, (file, row)


def test_sources_carry_a_mark_and_no_registry_address():
    for row in rows("sources.csv"):
        assert row["mark"] in {"V", "R", "C", "S0", "S1", "S2", "S3", "S4"}
        assert not any(word in row["address"] for word in ("pypi", "npmjs", "crates.io", "conda", "rubygems"))
    assert F.sources["s2"][1] == "S2"


def test_levers_policies_and_parameters_name_known_sources():
    texts = [tomllib.loads(path.read_text(encoding="utf-8")) for path in CHINA.rglob("*.toml")]
    found = set()

    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("source"), str):
                found.add(value["source"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(texts)
    assert found and found <= {*F.sources, *TUNED}


def test_where_sources_disagree_one_option_is_the_default_and_stands_in_the_tables():
    topics = {}
    for option in F.options:
        topics.setdefault(option["topic"], []).append(option)
    assert {
        "retired_tonnes_2025",
        "capacity_2024",
        "formal_share_2024",
        "bid_premium",
        "mass_per_kwh_lfp",
        "on_the_road_2025",
    } <= set(topics)
    default = {topic: next(o["value"] for o in options if o["default"]) for topic, options in topics.items()}
    assert default["capacity_2024"] == F.capacity["nominal"][at(2024)]
    assert default["capacity_2028"] == F.capacity["nominal"][at(2028)]
    assert default["registrations_2025"] == F.registrations["central"][at(2025)]
    assert default["registrations_2022"] == F.registrations["central"][at(2022)]
    assert [default["mass_per_kwh_lfp"], default["mass_per_kwh_ncm"]] == F.mass_per_kwh.tolist()
    assert default["workshop_tonnes"] == parameters.load("china")["workshop_tonnes"].value
    for year in (2018, 2021, 2025):
        assert default[f"lfp_share_cars_{year}"] == pytest.approx(F.lfp_share[at(year), 0], abs=0.002)
    assert default["on_the_road_2025"] == F.national["on_the_road"][2025]
    assert default["lithium_long_run"] == F.metal_prices["central"][-1, 0]


# ---------------------------------------------------------------- sales and packs against national figures


def test_outlooks_share_their_history_and_then_part():
    low, central, high = (F.registrations[name] for name in facts.OUTLOOKS)
    past = YEARS <= 2025
    assert (low[past] == central[past]).all() and (high[past] == central[past]).all()
    assert (low[~past] < central[~past]).all() and (central[~past] < high[~past]).all()
    assert 12e6 <= low[-1] <= 13e6 and 16e6 <= central[-1] <= 18e6 and 20e6 <= high[-1] <= 22e6
    for year, vehicles in ((2019, 1.20e6), (2021, 2.95e6), (2022, 5.36e6), (2023, 7.43e6), (2024, 11.25e6)):
        assert central[at(year)] == vehicles


@pytest.mark.parametrize("year", HISTORY)
def test_energy_of_new_vehicles_meets_installations_less_exports(year):
    sales, exports = F.national["sales"][year], F.national["exports"][year]
    at_home = F.national["installed_gwh"][year] * (sales - exports) / sales
    implied = energy_sold(year).sum()
    print(
        f"{year}: registrations x kWh {implied:6.1f} GWh; installed less exports {at_home:6.1f}; "
        f"{implied / at_home - 1:+.1%}"
    )
    assert implied == pytest.approx(at_home, rel=0.15)


@pytest.mark.parametrize("year", HISTORY)
def test_lfp_share_of_new_vehicles_meets_national_installations(year):
    energy = energy_sold(year)
    share = (energy * F.lfp_share[at(year)]).sum() / energy.sum()
    print(f"{year}: LFP {share:.3f}; published {F.national['installed_lfp_share'][year]:.3f}")
    assert share == pytest.approx(F.national["installed_lfp_share"][year], abs=0.06 if year == 2017 else 0.03)


@pytest.mark.parametrize("year", range(2019, 2026))
def test_registrations_add_up_to_the_vehicles_on_the_road(year):
    sold = F.registrations["central"][: at(year) + 1].sum()
    gone = sold - F.national["on_the_road"][year]
    assert 0 < gone < 0.05 * sold


def test_holder_classes_are_of_the_known_size():
    vehicles = F.registrations["central"][:, None] * F.class_share
    assert ((vehicles[at(2015) : at(2018) + 1, 2] > 95e3) & (vehicles[at(2015) : at(2018) + 1, 2] < 140e3)).all()
    assert vehicles[at(2025), 2] == pytest.approx(50e3, rel=0.05)
    assert 0.5e6 < vehicles[at(2025), 3] < vehicles[at(2035), 3] < 0.95e6
    assert (F.class_share[at(2017) : at(2019) + 1, 1] >= 0.25).all()
    assert F.class_share[at(2025), 1] == pytest.approx(0.07)
    assert (F.lfp_share[at(2016) :, 2] >= 0.95).all()
    plug_in = (F.class_share * F.phev_share).sum(axis=1)[at(2025)]
    assert plug_in == pytest.approx(5.86 / 16.49, abs=0.03)


def test_province_shares_follow_the_published_ones():
    early, late = F.province_share[at(2016)], F.province_share[at(2025)]
    published = (("GD", 14.1, 12.5), ("ZJ", 10.1, 9.7), ("JS", 8.1, 9.3), ("BJ", 4.4, 2.8), ("SH", 6.7, 5.0))
    for code, first, then in published:
        place = facts.PROVINCES.index(code)
        assert early[place] * 100 == pytest.approx(first, abs=0.05)
        assert late[place] * 100 == pytest.approx(then, abs=0.05)
    middle = F.province_share[at(2021)]
    assert (middle <= np.maximum(early, late)).all() and (middle >= np.minimum(early, late)).all()


def test_makers_shares_of_the_cited_years():
    def share(makers, shares, name, year):
        return shares[at(year), makers.index(name)]

    assert share(F.battery_makers, F.battery_maker_share, "CATL", 2024) == pytest.approx(0.452)
    assert share(F.battery_makers, F.battery_maker_share, "BYD", 2025) == pytest.approx(0.215)
    assert share(F.automakers, F.automaker_share, "BYD", 2025) == pytest.approx(0.272)
    assert share(F.automakers, F.automaker_share, "Xiaomi", 2023) == 0.0
    assert F.automakers[-1] == F.battery_makers[-1] == "others"


# ---------------------------------------------------------------- the map


def test_the_map_is_a_map():
    place = facts.PROVINCES.index
    assert (F.neighbours == F.neighbours.T).all() and not F.neighbours.diagonal().any()
    assert F.neighbours.any(axis=1).all()
    assert [facts.PROVINCES[p] for p in np.flatnonzero(F.neighbours[place("BJ")])] == ["TJ", "HE"]
    assert [facts.PROVINCES[p] for p in np.flatnonzero(F.neighbours[place("HI")])] == ["GD"]
    assert F.neighbours[place("NM")].sum() == 8 and F.neighbours[place("SN")].sum() == 8
    assert len({tuple(cell) for cell in F.grid.tolist()}) == 31
    assert np.corrcoef(F.grid[:, 0], -F.latitude)[0, 1] > 0.9
    assert np.corrcoef(F.grid[:, 1], F.longitude)[0, 1] > 0.9
    apart = np.abs(F.grid[:, None] - F.grid[None]).max(axis=-1)
    assert apart[F.neighbours].max() <= 4 and apart[F.neighbours].mean() < 1.7
    assert set(F.region) == set(facts.REGIONS) and F.region.count("coast") == 10
    assert F.province_names_en[place("SN")] == "Shaanxi" and F.province_names_zh[place("SX")] == "山西"
    assert len(set(F.province_names_zh)) == 31


# ---------------------------------------------------------------- plants, workshops, capacity


def test_plants_match_the_count_quantiles_and_provincial_totals_of_the_list():
    size = np.array([plant.capacity_t for plant in F.plants])
    assert len(size) == 81 and size.sum() == 2_350_000
    assert size.mean() == pytest.approx(29_000, rel=0.01) and size.max() == 120_000
    assert np.percentile(size, [10, 50, 75, 90]).tolist() == [3300, 15000, 36000, 100000]
    province = np.bincount([plant.province for plant in F.plants], size, 31)
    for code, tonnes in (
        ("HN", 565e3),
        ("JX", 420e3),
        ("ZJ", 200e3),
        ("HB", 180e3),
        ("GD", 169e3),
        ("AH", 158e3),
        ("HA", 140e3),
        ("BJ", 0),
        ("SD", 0),
        ("HE", 0),
    ):
        assert province[facts.PROVINCES.index(code)] == tonnes
    assert len({plant.name for plant in F.plants}) == 81
    assert {plant.owner_kind for plant in F.plants} == set(facts.OWNER_KINDS)


def test_waste_is_on_the_coast_and_capacity_inland():
    coast = np.array([region == "coast" for region in F.region])
    capacity = np.bincount([p.province for p in F.plants], [p.capacity_t for p in F.plants], 31)
    assert F.province_share[at(2018)] @ coast > 0.55
    assert capacity @ coast / capacity.sum() < 0.25


def test_plants_open_as_capacity_grew():
    size = np.array([plant.capacity_t for plant in F.plants])
    opens = np.array([plant.opens for plant in F.plants])
    assert month_number("2015-01") <= opens.min() and opens.max() <= month_number("2024-12")
    for year in range(2018, 2025):
        opened = size[opens <= month_number(f"{year}-12")].sum() / size.sum()
        assert opened == pytest.approx(F.capacity["nominal"][at(year)] / F.capacity["nominal"][at(2024)], abs=0.03)


def test_capacity_series_meet_the_published_years():
    nominal = F.capacity["nominal"]
    assert nominal[at(2021)] == 1_010_000 and nominal[at(2024)] == 4_233_000
    assert nominal[at(2024)] / nominal[at(2023)] == pytest.approx(1.116, abs=0.001)
    assert 654e3 / nominal[at(2024)] == pytest.approx(0.154, abs=0.001)
    assert F.capacity["plant_list"][at(2024)] == 2_350_000
    assert F.capacity["forecast"][at(2028)] == 10_240_000 and nominal[at(2028)] < 6e6
    for series in F.capacity.values():
        assert (np.diff(series) > 0).all()


def test_workshops_add_up_to_the_national_count():
    table = rows("workshops.csv")
    assert sum(int(row["micro"]) for row in table) == 2958 and sum(int(row["medium"]) for row in table) == 526
    assert F.workshop_count.sum() == 2958 + 526
    most = sorted(table, key=lambda row: -int(row["micro"]))[:6]
    assert [(row["province"], int(row["micro"])) for row in most] == [
        ("HE", 393),
        ("AH", 264),
        ("GD", 261),
        ("HA", 249),
        ("YN", 213),
        ("JS", 167),
    ]


def test_outlets_add_up_to_the_published_totals():
    total = F.outlets[:, :3].sum(axis=1)
    assert total[at(2022)] == 10_171 and 15_000 < total[at(2025)] < 16_000
    assert (np.diff(F.outlets, axis=0) >= 0).all()


# ---------------------------------------------------------------- metals and prices


def test_metal_worth_of_a_kwh_is_what_the_market_says():
    def worth(year, chemistry):
        months = slice(month_number(f"{year}-01"), month_number(f"{year}-12") + 1)
        prices = F.metal_prices["central"][months].mean(axis=0) / 1000
        kilograms = F.metal_per_kwh[chemistry] * F.recovery["licensed"][chemistry]
        kilograms = kilograms * np.array([F.lithium_carbonate_per_lithium, 1, 1, 1, 1, 1])
        return (kilograms * prices)[:4].sum()

    assert 160 < worth(2024, 1) < 200  # about 170 to 190 yuan/kWh with the prices of 2024 and 2025
    lithium = F.metal_per_kwh[0, 0] * 0.9 * F.lithium_carbonate_per_lithium
    assert lithium * 100 == pytest.approx(51, abs=0.5)  # yuan/kWh when a tonne of carbonate costs 100,000
    assert (F.metal_per_kwh[0, 1:4] == 0).all() and (F.metal_per_kwh[1] > 0).all()
    assert (F.recovery["licensed"] > F.recovery["workshop"]).all()


def test_lithium_history_passes_through_its_marks():
    lithium = F.metal_prices["central"][:, 0]
    marks = {
        "2021-06": 88e3,
        "2021-10": 181e3,
        "2022-04": 467.5e3,
        "2022-11": 595e3,
        "2023-01": 492.5e3,
        "2024-01": 97.5e3,
        "2025-06": 60e3,
        "2025-10": 75.4e3,
        "2026-05": 179e3,
    }
    for month, price in marks.items():
        assert lithium[month_number(month)] == price
    yearly = {2020: 44e3, 2021: 122e3, 2022: 482e3, 2023: 259e3, 2024: 90e3, 2025: 75e3}
    for year, price in yearly.items():
        months = slice(month_number(f"{year}-01"), month_number(f"{year}-12") + 1)
        assert lithium[months].mean() == pytest.approx(price, rel=0.08), year
    marks = sorted(
        month_number(row["month"])
        for row in rows("metal_prices.csv")
        if row["metal"] == "lithium" and row["scenario"] == "all"
    )
    sharp = [month for month in marks if month_number("2020-12") <= month <= month_number("2024-01")]
    assert np.diff(sharp).max() <= 3


def test_price_scenarios_share_history_and_then_part():
    central, crash, spike = (F.metal_prices[name] for name in facts.PRICE_SCENARIOS)
    known = month_number("2026-05") + 1
    assert (central[:known] == crash[:known]).all() and (central[:known] == spike[:known]).all()
    assert (central[:, 1:] == crash[:, 1:]).all()
    later = slice(month_number("2026-12"), month_number("2029-12"))
    assert (crash[later, 0] < central[later, 0]).all() and (central[later, 0] < spike[later, 0]).all()
    assert 90e3 <= central[-1, 0] <= 100e3
    assert spike[:, 0].max() > 400e3 and crash[known:, 0].min() <= 60e3


# ---------------------------------------------------------------- lifetimes, retirements, scrap


def test_lifetimes_are_the_published_table():
    assert (F.battery_shape == 3.5).all() and (F.vehicle_shape == 3.5).all()
    mean = F.vehicle_scale * math.gamma(1 + 1 / 3.5)
    table = ((2016, 8, 5), (2019, 9, 6), (2021, 10, 7), (2024, 11, 8), (2026, 12, 9), (2029, 13, 10), (2030, 15, 12))
    for year, private, commercial in table:
        assert mean[at(year), [0, 2]] == pytest.approx([private, commercial])
    plug_in = F.phev_share
    np.testing.assert_allclose(F.battery_scale[:, 0, 0], 9.5 + plug_in[:, 0], atol=0.001)
    np.testing.assert_allclose(F.battery_scale[:, 0, 2], 6.0 + 0.5 * plug_in[:, 2], atol=0.001)
    assert ((F.battery_scale[:, 1, 0] - plug_in[:, 0] > 7.0) & (F.battery_scale[:, 1, 0] - plug_in[:, 0] < 8.5)).all()
    assert (F.battery_scale[:, 0] > F.battery_scale[:, 1]).all()  # LFP lasts longer


def retired(multiple):
    """Kilotonnes of packs that come loose by year and chemistry when the first of pack and vehicle ends."""
    kilotonnes = np.zeros((len(YEARS) + 40, 2))
    ages = np.arange(0, 36)
    for year in range(len(YEARS)):
        plug_in = F.phev_share[year]
        kwh = F.pack_kwh[year, :, 0] * (1 - plug_in) + F.pack_kwh[year, :, 1] * plug_in
        for chemistry, share in enumerate((F.lfp_share[year], 1 - F.lfp_share[year])):
            packs = F.registrations["central"][year] * F.class_share[year] * share
            tonnes = packs * kwh * F.mass_per_kwh[chemistry] / 1e6
            hazard = (ages / (multiple * F.battery_scale[year, chemistry][:, None])) ** 3.5 + (
                ages / (multiple * F.vehicle_scale[year][:, None])
            ) ** 3.5
            gone = -np.diff(np.exp(-hazard), axis=1) * tonnes[:, None]
            for age, amount in enumerate(gone.sum(axis=0)):  # sold in mid-year: half now, half a year later
                kilotonnes[year + age : year + age + 2, chemistry] += amount / 2
    return kilotonnes


def test_retirements_meet_the_official_figures_within_plausible_lifetimes():
    short, longer = retired(1.0), retired(1.25)
    for multiple, table in ((1.0, short), (1.25, longer)):
        print(
            multiple,
            {
                year: (round(table[at(year)].sum()), round(table[at(year), 0] / table[at(year)].sum(), 2))
                for year in (2020, 2022, 2024, 2025, 2026, 2028, 2030, 2035)
            },
        )
    assert longer[at(2025)].sum() < 400 < short[at(2025)].sum()
    assert 150 < longer[at(2022)].sum() < short[at(2022)].sum() < 277
    assert longer[at(2030)].sum() > 1000
    lfp = short[:, 0] / np.maximum(short.sum(axis=1), 1e-9)
    assert lfp[at(2024)] < 0.55 < 0.6 < lfp[at(2030)]  # toward 60 % and beyond by 2030


def test_factory_scrap_is_most_of_the_licensed_feed():
    mass = F.scrap_gwh * (F.scrap_lfp_share * F.mass_per_kwh[0] + (1 - F.scrap_lfp_share) * F.mass_per_kwh[1])
    assert 0.65 < mass[at(2022)] / 300 < 0.75
    assert 500 < mass[at(2024)] + 0.28 * 330 < 650
    assert F.scrap_lfp_share[at(2022)] == pytest.approx(31 / 94, abs=0.01)
    assert F.scrap_province_share[facts.PROVINCES.index("XZ")] == 0


def test_months_of_opening_read_back():
    byd = next(plant for plant in F.plants if plant.firm == "BYD")
    text = next(row["opens"] for row in rows("plants.csv") if row["firm"] == "BYD")
    assert month_name(byd.opens) == text and byd.owner_kind == "automaker"


# ---------------------------------------------------------------- names


def test_every_firm_and_plant_has_a_chinese_name():
    plants = [name for plant in F.plants for name in (plant.name, plant.firm) if name != "unnamed"]
    for name in {*F.automakers, *F.battery_makers, *plants}:
        told = called(name, "zh")
        assert any("\u4e00" <= letter <= "\u9fff" for letter in told) and not (set(told) & set(",#")), (name, told)
        assert called(name, "en") == name
    assert len({called(plant.name, "zh") for plant in F.plants}) == len(F.plants)


def test_chinese_names_say_firm_place_and_part():
    assert called("GEM, Hubei, expansion", "zh") == "格林美（湖北扩建）"
    assert called("Shaanxi plant 2", "zh") == "陕西2号厂"
    assert called("A new firm", "zh") == "A new firm"
    assert called("A new firm, Hubei", "zh") == "A new firm（湖北）"
