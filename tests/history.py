"""What China's history says the model must show. `python -m tests.history` prints the table that the README shows.

A band that was used to tune a number says CALIBRATED; the others are predictions, or follow from the facts put in.
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

import govmodel as gm
from govmodel.report.tables import yearly


@dataclass(frozen=True)
class Pattern:
    """One thing the model must show: what, in which years, between which bounds, who says so, and how it was used."""

    name: str
    value: object  # from a yearly table (indexed by year) to a number, or one number a year
    low: float
    high: float
    unit: str
    source: str
    use: str


def at(indicator: str, *years: int):
    """Read an indicator in some years."""
    return lambda table: np.array([table.loc[year, indicator] for year in years])


def scrap_share(table: pd.DataFrame) -> float:
    """Share of factory scrap in the licensed feed of 2022."""
    row = table.loc[2022]
    return row["scrap_input_kt"] / (row["scrap_input_kt"] + row["licensed_input_kt"])


def coast_gap(table: pd.DataFrame) -> float:
    """Share of the coast in retired energy less its share in licensed capacity, 2024."""
    return table.loc[2024, "coast_share_retired"] - table.loc[2024, "coast_share_capacity"]


def capacity_lead(table: pd.DataFrame) -> float:
    """Growth of licensed capacity 2023-24 over the growth of packs that licensed plants take in."""
    grown = table.loc[2024] / table.loc[2023]
    return grown["licensed_capacity_kt"] - grown["licensed_input_kt"]


PATTERNS = (
    Pattern("retired mass 2025", at("retired_kt", 2025), 330, 480, "kt", "official, about 400 kt [S2]", "CALIBRATED"),
    Pattern(
        "retired mass 2030",
        at("retired_kt", 2030),
        1000,
        6000,
        "kt",
        "official, above 1 Mt [S2]; press to 5.9 Mt",
        "predicted",
    ),
    Pattern(
        "LFP share of retired mass 2024", at("lfp_share_retired", 2024), 0.33, 0.45, "share", "37 % [R]", "CALIBRATED"
    ),
    Pattern(
        "LFP share of retired mass 2030", at("lfp_share_retired", 2030), 0.50, 0.70, "share", "60 % [R]", "predicted"
    ),
    Pattern(
        "licensed share 2022-2025, each year",
        at("formal_share", 2022, 2023, 2024, 2025),
        0.20,
        0.45,
        "share",
        "under 25 % to 45 % [V, R]",
        "CALIBRATED",
    ),
    Pattern(
        "plant utilisation 2024, scrap included",
        at("plant_utilisation", 2024),
        0.10,
        0.20,
        "share",
        "15.4 % [V]",
        "from the facts",
    ),
    Pattern(
        "workshops' LFP premium 2024 and 2025",
        at("workshop_premium_lfp", 2024, 2025),
        0.10,
        0.30,
        "share",
        "10 to 30 % [V]",
        "CALIBRATED",
    ),
    Pattern(
        "commercial fleets in retired energy 2021-2024",
        at("fleet_share_retired", 2021, 2022, 2023, 2024),
        0.50,
        0.90,
        "share",
        "57 % of 2024 mass [C]",
        "predicted",
    ),
    Pattern(
        "coast in retired energy less coast in capacity",
        coast_gap,
        0.20,
        1.0,
        "share",
        "waste coastal, plants inland [R]",
        "from the facts",
    ),
    Pattern(
        "factory scrap in the licensed feed 2022", scrap_share, 0.5, 0.9, "share", "about 70 % [V]", "from the facts"
    ),
    Pattern(
        "utilisation falls while waste grows, 2022 to 2024",
        lambda t: t.loc[2024, "plant_utilisation"] / t.loc[2022, "plant_utilisation"],
        0.4,
        1.0,
        "ratio",
        "pattern 2 of the design",
        "predicted",
    ),
)


def history(scale: int, seeds) -> list[pd.DataFrame]:
    """Run the default case to 2030 with some seeds; one yearly table each, indexed by year."""
    case = gm.Case.load("china").with_(scale=scale, until="2030-12")
    tables = [yearly(gm.run(case, seed=seed).indicators) for seed in seeds]
    return [table.drop(columns=["structure", "replication"]).set_index("year") for table in tables]


def judge(pattern: Pattern, tables: list[pd.DataFrame]) -> tuple[np.ndarray, np.ndarray, bool]:
    """Give a pattern's median over seeds, its spread (smallest and largest of all), and whether every median fits."""
    values = np.array([np.atleast_1d(pattern.value(table)) for table in tables])
    median = np.median(values, axis=0)
    return median, values, bool(((median >= pattern.low) & (median <= pattern.high)).all())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--scale", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=5)
    wanted = parser.parse_args()
    tables = history(wanted.scale, range(wanted.seeds))
    print(f"Case china, scale {wanted.scale}, {wanted.seeds} seeds: medians (smallest to largest over seeds)\n")
    print("| pattern | model | band | source | use | verdict |\n|---|---|---|---|---|---|")
    misses = 0
    for pattern in PATTERNS:
        median, values, fits = judge(pattern, tables)
        digits = 0 if pattern.unit == "kt" else 2
        told = (
            ", ".join(f"{m:.{digits}f}" for m in median) + f" ({values.min():.{digits}f} to {values.max():.{digits}f})"
        )
        misses += not fits
        print(
            f"| {pattern.name} | {told} {pattern.unit} | {pattern.low:g} to {pattern.high:g} | {pattern.source} "
            f"| {pattern.use} | {'holds' if fits else 'MISSED'} |"
        )
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
