# SPDX-License-Identifier: Apache-2.0
"""How far the acceptance test and the confidence of a film can be trusted, as tables."""

from __future__ import annotations

from markdown_parts import table
from result_rows import rows, source


def acceptance() -> str:
    """How often the acceptance test says yes."""
    found = rows("acceptance")
    films = list(dict.fromkeys(row["validation_films"] for row in found))
    gains = list(dict.fromkeys(row["gain_percent"] for row in found))
    by_place = {(row["gain_percent"], row["validation_films"]): f"{row['accepted_percent']} %" for row in found}
    body = [[_gain(gain), *(by_place[gain, number] for number in films)] for gain in gains]
    return table(["true gain, by validation films", *(f"{number} films" for number in films)], body)


def confidence() -> str:
    """How well calibration ranks errors."""
    headings = {
        "data": "films",
        "spread_of": "spread of",
        "signals": "signals kept",
        "rank_landmarks": "rank correlation, landmarks",
        "rank_films": "the same, films",
        "films_to_review": "films to review",
    }
    found = rows("confidence")
    data = {row["run"]: row["data"] for row in rows("runs")}
    body = [[{**row, "data": data[row["run"]]}[key] for key in headings] for row in found]
    return "\n\n".join([table(list(headings.values()), body), source(*dict.fromkeys(row["run"] for row in found))])


def _gain(percent: str) -> str:
    if percent == "0":
        return "none"
    return f"{percent.removeprefix('-')} % {'worse' if percent.startswith('-') else 'better'}"
