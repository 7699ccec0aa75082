"""Cases: defaults, changed copies, lever paths over dated law, resolved files that load to the same hash."""

import os
import pickle
import re
import tomllib

import numpy as np
import pytest

from govmodel import facts
from govmodel.case import Case, case, levers, policies
from govmodel.foundations.calendar import month_name, month_number
from govmodel.foundations.errors import InputError

MARKET_LEVERS = {
    "subsidy",
    "holder_reward",
    "fine",
    "inspection",
    "outlet_duty",
    "traceability",
    "whole_vehicle_scrapping",
    "deposit",
    "tender_price_weight",
    "reuse_ban",
    "credit_record",
    "formalisation_support",
    "vat_relief",
    "open_borders",
    "buyback_premium",
    "leasing",
    "online_collection",
    "campaign",
    "report_reward",
    "information_sharing",
    "contract_coverage",
    "standards",
    "mediation",
    "producer_responsibility_target",
    "producer_responsibility_fee",
    "research_alliance",
}


@pytest.fixture(scope="module")
def china() -> Case:
    return Case.load("china")


def at(some_case: Case, lever: str, month: str) -> float:
    return some_case.lever_path(lever)[month_number(month) - some_case.start]


def test_the_registry_holds_every_lever_and_says_which_the_market_reads():
    assert set(levers.LEVERS) == MARKET_LEVERS
    for name, lever in levers.LEVERS.items():
        assert lever.name == name and lever.low <= lever.value_2025 <= lever.high
        assert lever.source and lever.why and lever.unit and lever.description
        assert any("\u4e00" <= letter <= "\u9fff" for letter in lever.description_zh), name
        assert (lever.read_from_step == 1) == (name in MARKET_LEVERS), name


def test_a_body_can_set_what_holds_in_2025_and_what_any_policy_set():
    for name, lever in levers.LEVERS.items():
        lowest, highest = lever.bounds
        assert lever.low <= lowest <= lever.value_2025 <= highest <= lever.high, name
        assert 0.0 < lever.step and (highest - lowest) / lever.step >= 8, name  # two years of quarters, end to end
    for policy in policies.load().values():
        for change in policy.changes:
            lowest, highest = levers.LEVERS[change.lever].bounds
            assert lowest <= change.value <= highest, (policy.id, change.lever)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("step", "0.0"), ("step", "400.0"), ("step", '"much"'), ("notice", "-1"), ("notice", "25"), ("notice", "3.5"),
        ("notice", "true"), ("bounds", "[0.0]"), ("bounds", "[5.0, 50.0]"), ("bounds", "[0.0, 301.0]"),
        ("bounds", "[0.0, 0.0]"), ("bounds", "7"), ("bounds", "[0.0, nan]"),
    ],
)  # fmt: skip
def test_how_bodies_move_a_lever_is_checked(tmp_path, key, value):
    text = (levers.FACTS_FOLDER / "china" / "levers.toml").read_text(encoding="utf-8")
    own = tmp_path / "levers.toml"
    own.write_text(re.sub(rf"^{key} = .*$", f"{key} = {value}", text, count=1, flags=re.MULTILINE), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        levers.read(own)
    assert f"levers.toml: subsidy.{key}" in str(refused.value)


def test_the_leasing_lever_starts_at_the_mean_of_the_facts():
    known, year = facts.load(), facts.YEARS.index(2025)
    mean = float((known.class_share[year] * known.leased_share[year]).sum())
    assert abs(levers.LEVERS["leasing"].value_2025 - mean) < 5e-4


def test_every_policy_changes_levers_that_exist_within_their_ranges():
    known = policies.load()
    assert set(known) == {"interim_measures_2018", "measures_2026", "shenzhen_deposit_2018", "fujian_subsidy"}
    for policy in known.values():
        assert policy.changes and policy.source and policy.reference and policy.title_zh
        for change in policy.changes:
            levers.LEVERS[change.lever].check(change.value)
            assert change.source and change.why


def test_the_default_case_is_china_and_runs_fifteen_years(china):
    assert Case.load() == china
    assert (month_name(china.start), month_name(china.until), china.scale) == ("2021-01", "2035-12", 2000)
    assert (china.structure, china.policies) == ("market", ("interim_measures_2018", "measures_2026"))
    assert len(china.months) == 180 and china.months[0] == 96


def test_laws_and_registry_agree_on_the_state_of_things_in_2025(china):
    for name, lever in levers.LEVERS.items():
        assert at(china, name, "2025-12") == lever.value_2025, name


@pytest.mark.parametrize("lever", ["whole_vehicle_scrapping", "traceability", "outlet_duty", "reuse_ban"])
def test_the_2026_measures_act_from_april_2026_and_only_when_in_force(china, lever):
    without = china.with_(policies=["interim_measures_2018"])
    assert at(china, lever, "2026-03") == at(without, lever, "2026-03") == levers.LEVERS[lever].value_2025
    assert at(china, lever, "2026-04") > at(without, lever, "2026-04")


def test_old_law_has_a_history_before_2025(china):
    assert at(china, "traceability", "2021-01") < at(china, "traceability", "2024-01")


def test_a_plain_number_counts_from_2026_or_from_a_later_start(china):
    assert (
        at(china.with_(levers={"subsidy": 20.0}), "subsidy", "2025-12"),
        at(china.with_(levers={"subsidy": 20.0}), "subsidy", "2026-01"),
    ) == (0.0, 20.0)
    late = china.with_(levers={"subsidy": 20.0}, start="2030-05")
    assert np.all(late.lever_path("subsidy") == 20.0)


def test_a_dated_path_moves_on_its_dates(china):
    dated = china.with_(levers={"subsidy": {"2030-01": 10, "2027-01": 20}})
    values = [at(dated, "subsidy", month) for month in ("2026-12", "2027-01", "2029-12", "2030-01", "2035-12")]
    assert values == [0.0, 20.0, 20.0, 10.0, 10.0]
    later = china.with_(levers={"subsidy": {"2027-01": 20}}, start="2030-01")
    assert np.all(later.lever_path("subsidy") == 20.0)


def test_law_on_a_lever_ends_where_the_users_own_path_begins(china):
    early = china.with_(levers={"traceability": {"2026-02": 0.35}})
    assert at(early, "traceability", "2026-01") == 0.3
    assert np.all(early.lever_path("traceability")[month_number("2026-02") - 96 :] == 0.35)
    later = china.with_(levers={"traceability": {"2028-01": 0.9}})
    assert [at(later, "traceability", month) for month in ("2023-12", "2027-12", "2028-01")] == [0.2, 0.6, 0.9]


def test_with_gives_a_changed_copy_and_leaves_the_original_alone(china):
    before = china.to_toml()
    changed = china.with_(levers={"subsidy": 20.0}, scale=5000, parameters={"awareness": 0.25}, name="mine")
    again = changed.with_(levers={"fine": 3})
    assert china.to_toml() == before
    assert (changed.scale, changed.parameters["awareness"], changed.name) == (5000, 0.25, "mine")
    assert at(again, "subsidy", "2030-01") == 20.0 and at(again, "fine", "2030-01") == 3.0
    assert again.scale == 5000 and again.parameters["awareness"] == 0.25
    with pytest.raises(AttributeError):
        changed.scale = 1
    with pytest.raises(TypeError):
        changed.parameters["awareness"] = 1.0
    with pytest.raises(ValueError):
        changed.lever_path("subsidy")[0] = 5.0


def test_hash_follows_the_content_and_nothing_else(china):
    assert china.with_(name="other", title="other", description="other").hash == china.hash
    assert china.with_(levers={"subsidy": 0.0}) == china  # says by name what is the case anyway
    different = [
        china.with_(**change)
        for change in (
            {"scale": 2001},
            {"until": "2035-11"},
            {"start": "2021-02"},
            {"levers": {"report_reward": 1.0}},
            {"parameters": {"awareness": 0.21}},
            {"capacity": "plant_list"},
            {"metal_prices": "crash"},
            {"policies": []},
            {"retirement_outlook": "low"},
            {"early_release": [{"from": "2027-01", "until": "2027-12", "factor": 1.5}]},
        )
    ]
    assert len({china.hash, *(some.hash for some in different)}) == len(different) + 1
    assert len({china, Case.load("china")}) == 1


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"levers": {"subsidy": 20.0, "deposit": {"2029-07": 5.5}}, "scale": 7},
        {"start": "2024-03", "until": "2027-02", "levers": {"subsidy": 1 / 3}},
        {
            "early_release": [
                {"from": "2027-01", "until": "2028-12", "province": "GD", "holder_class": "bus", "factor": 1.5}
            ],
            "parameters": {"awareness": 0.1 + 0.2},
            "policies": ["shenzhen_deposit_2018"],
            "title": 'with "quotes" 退役',
        },
    ],
)
def test_a_saved_case_is_resolved_and_loads_to_the_same_hash(china, change, tmp_path):
    changed = china.with_(**change)
    changed.save(tmp_path / "case.toml")
    written = tomllib.loads((tmp_path / "case.toml").read_text(encoding="utf-8"))
    assert written["scenario"]["parameters"] == dict(changed.parameters)
    assert set(written["governance"]["levers"]) == set(levers.LEVERS)
    loaded = Case.load(tmp_path / "case.toml")
    assert loaded.hash == changed.hash and loaded == changed
    for name in levers.LEVERS:
        assert np.array_equal(loaded.lever_path(name), changed.lever_path(name))
    assert loaded.early_release == changed.early_release and loaded.title == changed.title


def test_a_saved_case_still_follows_the_law_when_it_is_changed(china, tmp_path):
    china.save(tmp_path / "case.toml")
    loaded = Case.load(tmp_path / "case.toml")
    assert loaded.with_(policies=[]) == china.with_(policies=[]) != china


def test_a_hand_edited_lever_in_a_saved_case_counts(china, tmp_path):
    path = tmp_path / "case.toml"
    china.save(path)
    text = path.read_text(encoding="utf-8")
    table = "[governance.levers.open_borders]\n2021-01 = 0.5"
    assert table in text
    path.write_text(text.replace(table, table.replace("0.5", "1.0")), encoding="utf-8")
    assert np.all(Case.load(path).lever_path("open_borders") == 1.0)


def test_a_case_that_cannot_be_saved_leaves_the_old_file_as_it_was(china, tmp_path, monkeypatch):
    path = tmp_path / "case.toml"
    china.save(path)
    before = path.read_bytes()

    def full(self, text, **how):
        self.write_bytes(text[:10].encode())
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_text", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/case.toml'"):
        china.with_(scale=5000).save(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_a_case_is_saved_where_a_link_leads_and_never_over_a_pipe_or_a_folder(china, tmp_path):
    (tmp_path / "link.toml").symlink_to(tmp_path / "case.toml")
    china.save(tmp_path / "link.toml")
    assert (tmp_path / "link.toml").is_symlink() and Case.load(tmp_path / "case.toml") == china
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    china.save(tmp_path / "pipe")
    assert os.read(reader, 1 << 16).decode() == china.to_toml() and (tmp_path / "pipe").is_fifo()
    os.close(reader)
    with pytest.raises(IsADirectoryError):
        china.save(tmp_path)


@pytest.mark.parametrize("path", [None, 5, "", ".", b"x"])
def test_what_is_no_name_of_a_case_file_is_refused(china, path):
    with pytest.raises(InputError, match="path: wanted the name of a file"):
        china.save(path)


def test_a_case_travels_to_another_process(china):
    changed = china.with_(
        levers={"subsidy": {"2027-01": 20.0}}, early_release=[{"from": "2027-01", "until": "2028-12", "factor": 1.5}]
    )
    assert pickle.loads(pickle.dumps(changed)) == changed


def test_the_library_loads_and_differs_where_it_says(china):
    assert set(case.library()) == {"china", "low", "central", "high", "lithium_crash", "lithium_spike"}
    assert [Case.load(name).retirement_outlook for name in ("low", "central", "high", "low_outlook")] == [
        "low",
        "central",
        "high",
        "low",
    ]
    lives = [Case.load(name).parameters["life_multiplier"] for name in ("high", "central", "low")]
    assert lives == sorted(lives) and len(set(lives)) == 3
    assert [Case.load(name).metal_prices for name in ("lithium_crash", "lithium_spike")] == ["crash", "spike"]
    assert Case.load("central") == china
    for name in case.library():
        assert Case.load(name).name == name and Case.load(name).title and Case.load(name).description


def test_numpy_numbers_are_numbers(china):
    assert china.with_(scale=np.int64(500), levers={"subsidy": np.float64(2.0)}, start=np.int64(100)) == china.with_(
        scale=500, levers={"subsidy": 2.0}, start="2021-05"
    )


@pytest.mark.parametrize(
    "change, field, remedy",
    [
        ({"levers": {"subsidi": 1.0}}, "governance.levers.subsidi", "'subsidy'"),
        ({"levers": {"subsidy": -1.0}}, "governance.levers.subsidy", "2025 value"),
        ({"levers": {"subsidy": "much"}}, "governance.levers.subsidy", "2025 value"),
        ({"levers": {"subsidy": True}}, "governance.levers.subsidy", "2025 value"),
        ({"levers": {"subsidy": float("nan")}}, "governance.levers.subsidy", "2025 value"),
        ({"levers": {"subsidy": {"2040-01": 1.0}}}, "governance.levers.subsidy", "facts"),
        ({"levers": {"subsidy": {"2027-13": 1.0}}}, "governance.levers.subsidy", "2026-04"),
        ({"levers": {"subsidy": {}}}, "governance.levers.subsidy", "month"),
        ({"scale": 0}, "scenario.scale", "1"),
        ({"scale": 2.5}, "scenario.scale", ""),
        ({"scale": "2000"}, "scenario.scale", ""),
        ({"scael": 10}, "with_", "'scale'"),
        ({"start": "2019-01"}, "scenario.start", "facts"),
        ({"until": "2036-01"}, "scenario.until", "facts"),
        ({"start": "2030-01", "until": "2029-12"}, "scenario.until", "after"),
        ({"structure": "colaborative"}, "governance.structure", "collaborative"),
        ({"policies": ["measures_2027"]}, "governance.policies[0]", "'measures_2026'"),
        ({"policies": ["measures_2026", "measures_2026"]}, "governance.policies[1]", "Remove"),
        ({"policies": "measures_2026"}, "governance.policies", ""),
        ({"parameters": {"awarenes": 0.1}}, "parameter", "'awareness'"),
        ({"parameters": {"awareness": 7.0}}, "parameter awareness", ""),
        ({"parameters": {"detection": 10**400}}, "parameter detection", "0.3"),
        ({"retirement_outlook": "centrl"}, "scenario.retirement_outlook", "'central'"),
        ({"country": "chin"}, "scenario.country", "'china'"),
        (
            {"early_release": [{"from": "2027-01", "until": "2028-01", "factor": 99.0}]},
            "scenario.early_release[0].factor",
            "10",
        ),
        (
            {"early_release": [{"from": "2027-01", "until": "2028-01", "factr": 2.0}]},
            "scenario.early_release[0].fact",
            "",
        ),
        (
            {"early_release": [{"from": "2027-01", "until": "2028-01", "factor": 2.0, "province": "GDD"}]},
            "scenario.early_release[0].province",
            "'GD'",
        ),
        (
            {"early_release": [{"from": "2028-01", "until": "2027-01", "factor": 2.0}]},
            "scenario.early_release[0].until",
            "after",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_field_and_remedy(china, change, field, remedy):
    with pytest.raises(InputError) as caught:
        china.with_(**change)
    assert caught.value.field.startswith(field)
    assert remedy in str(caught.value)
    assert "; got " in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text, field, hint",
    [
        ("[scenario]\nscle = 3", "scenario.scle", "'scale'"),
        ("[senario]\nscale = 3", "senario", "'scenario'"),
        ("[governance]\nlever = 3", "governance.lever", "'levers'"),
        ("[scenario]\nstart = 2021-01-01", "scenario.start", "YYYY-MM"),
        ("scenario = 3", "scenario", "table"),
        ("this is not TOML", "case file", "line 1"),
        ("[governance]\nby_law = ['subsidy']", "governance.by_law", "Remove"),
    ],
)
def test_a_case_file_with_a_mistake_is_refused(text, field, hint, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Case.load(path)
    assert caught.value.field.startswith(field) and hint in str(caught.value)


@pytest.mark.parametrize("name, hint", [("chnia", "'china'"), ("nowhere/case.toml", "no such file"), (".", "folder")])
def test_a_case_that_is_not_there_is_refused(name, hint):
    with pytest.raises(InputError, match=hint):
        Case.load(name)


def test_an_unknown_lever_has_no_path(china):
    with pytest.raises(InputError, match="inspection"):
        china.lever_path("inspections")
