"""The facts: a broken table, a missing file or an unknown country is refused by name, with what to do about it."""

import shutil

import numpy as np
import pytest

from govmodel import facts
from govmodel.facts.loading import FACTS_FOLDER
from govmodel.foundations.errors import InputError

CHINA = FACTS_FOLDER / "china"


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "china"
    shutil.copytree(CHINA, folder)
    return folder


def edit(folder, file, change):
    """Rewrite a table: `change` gets its lines (header first) and gives new ones."""
    path = folder / file
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = change(lines)
    assert changed != path.read_text(encoding="utf-8").splitlines(), "the edit must change something"
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")


def swap(old, new):
    def change(lines):
        first = next(place for place, line in enumerate(lines) if old in line)
        return [line.replace(old, new, 1) if place == first else line for place, line in enumerate(lines)]

    return change


def without(start):
    return lambda lines: [line for line in lines if not line.startswith(start)]


def twice(start):
    return lambda lines: lines + [line for line in lines if line.startswith(start)]


def never(text):
    return lambda lines: [line for line in lines if text not in line]


BROKEN = {  # what is wrong: file, edit, start of the field that is named, part of what was wanted
    "year missing": ("registrations.csv", without("2030,low"), "registrations.csv", "year=2030, outlook=low"),
    "cell missing": ("chemistry.csv", without("2019,bus"), "chemistry.csv", "year=2019, holder_class=bus"),
    "province missing": ("provinces.csv", without("GD,"), "provinces.csv", "a row for GD"),
    "workshops missing": ("workshops.csv", without("GD,"), "workshops.csv", "province=GD"),
    "row twice": ("pack_energy.csv", twice("2024,bus,bev"), "pack_energy.csv line", "one row"),
    "registration twice": ("registrations.csv", twice("2024,"), "registrations.csv line", "one row"),
    "classes do not sum": (
        "holder_classes.csv",
        swap("2024,bus,0.0", "2024,bus,0.1"),
        "holder_classes.csv: share of 2024",
        "sum to 1",
    ),
    "season does not sum": ("seasonality.csv", swap("12,0.122", "12,0.222"), "seasonality.csv: share", "sum to 1"),
    "provinces do not sum": ("provinces.csv", swap(",0.097,", ",0.197,"), "provinces.csv: share_late", "sum to 1"),
    "makers do not sum": (
        "battery_makers.csv",
        swap("2024,CATL,0.452", "2024,CATL,0.552"),
        "battery_makers.csv: share of 2024",
        "sum to 1",
    ),
    "negative": ("registrations.csv", swap("17642", "-17642"), "registrations.csv line 2, vehicles", "at least 0"),
    "share above one": ("chemistry.csv", swap("2013,bus,0.98", "2013,bus,1.98"), "chemistry.csv line", "from 0 to 1"),
    "no number": ("metals.csv", swap("0.106", "much"), "metals.csv line 2, kg_per_kwh", "a number"),
    "not a number": ("metals.csv", swap("0.106", "nan"), "metals.csv line 2, kg_per_kwh", "a number"),
    "infinite": ("registrations.csv", swap("17642", "inf"), "registrations.csv line 2, vehicles", "a number"),
    "zero price": ("new_pack_prices.csv", swap("LFP,3300", "LFP,0"), "new_pack_prices.csv line 2", "a number"),
    "unknown source": (
        "registrations.csv",
        swap("mps_2021", "mps_2012"),
        "registrations.csv line 6, source",
        "a key of sources.csv",
    ),
    "empty source": ("constants.csv", swap(",ASSUMED,", ",,"), "constants.csv line", "a key of sources.csv"),
    "unknown province": ("plants.csv", swap(",HN,", ",XX,"), "plants.csv line", "31 known names"),
    "unknown owner": ("plants.csv", swap("third_party", "nobody"), "plants.csv line", "3 known names"),
    "wrong month": ("plants.csv", swap("2021-07", "2021-13"), "plants.csv line 2, opens", "YYYY-MM"),
    "plant twice": ("plants.csv", twice("Hunan plant 3,"), "plants.csv line", "a name of its own"),
    "wrong header": ("recovery.csv", swap("share", "part"), "recovery.csv line 1", "handler,chemistry,metal,share"),
    "field missing": ("outlets.csv", swap("2013,dismantler,", "2013,dismantler;"), "outlets.csv line", "5 fields"),
    "one-way neighbours": (
        "provinces.csv",
        swap("TJ HE", "TJ HE XJ"),
        "provinces.csv: neighbours",
        "BJ among the neighbours of XJ",
    ),
    "unknown neighbour": ("provinces.csv", swap("TJ HE", "TJ HB1"), "provinces.csv line", "codes of other provinces"),
    "two in a cell": ("provinces.csv", swap("BJ HE,2,6", "BJ HE,1,5"), "provinces.csv line", "a cell"),
    "history with an outlook": (
        "registrations.csv",
        swap("2025,history", "2025,low"),
        "registrations.csv line",
        "known names",
    ),
    "price path ends early": (
        "metal_prices.csv",
        without("2035-12,lithium,crash"),
        "metal_prices.csv: lithium, crash",
        "2035-12",
    ),
    "price twice": ("metal_prices.csv", twice("2035-12,lithium,crash"), "metal_prices.csv line", "one price"),
    "series missing": ("capacity.csv", never(",nominal,"), "capacity.csv: series", "nominal"),
    "no others": ("automakers.csv", never(",others,"), "automakers.csv: automaker", "others"),
    "constant missing": ("constants.csv", without("mass_per_kwh_lfp"), "constants.csv", "mass_per_kwh_lfp"),
    "two defaults": ("options.csv", swap("kt,no,", "kt,yes,"), "options.csv: retired_tonnes_2025", "exactly one"),
    "source key twice": ("sources.csv", twice("s2,"), "sources.csv line", "a name of its own"),
    "total twice": ("national.csv", twice("sales,2024"), "national.csv line", "one row"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_table_is_refused_by_name(copy, case):
    file, change, field, wanted = BROKEN[case]
    edit(copy, file, change)
    with pytest.raises(InputError) as caught:
        facts.load("china", folder=copy)
    assert caught.value.field.startswith(field)
    assert wanted in caught.value.wanted
    assert caught.value.remedy


def test_a_missing_file_is_refused_by_name(copy):
    (copy / "metals.csv").unlink()
    with pytest.raises(InputError, match="a file metals.csv"):
        facts.load("china", folder=copy)


def test_a_whole_copy_loads_and_an_edit_shows(copy):
    same = facts.load("china", folder=copy)
    assert same is not facts.load()
    np.testing.assert_array_equal(same.metal_prices["spike"], facts.load().metal_prices["spike"])
    edit(copy, "metals.csv", swap("0.106", "0.107"))
    assert facts.load("china", folder=str(copy)).metal_per_kwh[0, 0] == 0.107


def test_an_unknown_country_is_refused_with_those_that_exist():
    assert facts.countries() == ("china",)
    with pytest.raises(InputError, match="china") as caught:
        facts.load("chinaa")
    assert caught.value.field == "country" and caught.value.got == "chinaa"
