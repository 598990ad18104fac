# SPDX-License-Identifier: Apache-2.0
"""Tables and charts of what was measured, from `benchmarks/results/*.csv`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from charts import Line, Range, line_chart, range_chart
from level_table import levels
from loop_table import chosen_films
from markdown_parts import code_in_note, table
from result_rows import NAMES, Row, rows, source
from trust_tables import acceptance, confidence

NUMBERS = (1, 5, 10, 50)
TAUGHT = {"ceph_one_film": "windows_matching_multi_view", "ceph_windows": "windows_multi_view"}
"""What `train` takes by itself, from one labelled film and from more, by the run that has it."""
TOGETHER = "\N{NO-BREAK SPACE}"


def readme_table() -> str:
    """The table of README.md: what `train` reaches on cephalograms, by the number of labelled films."""
    body = [
        [row["shots"], row["draws"], _mean((row["run"], int(row["shots"]), "dag")), _mean_of(row), _detected(row)]
        for run, method in TAUGHT.items()
        for row in rows("summary", run=run, method=method)
    ]
    headings = ["labelled films", "draws", "DAG, stage 1", "with windows, stage 2", "of it within 2 mm, by draw"]
    return table(headings, body)


def by_labelled_films() -> str:
    """Table 2 of the paper on cephalograms, and its curve."""
    methods = ("mean_shape", "dag", "trained_on", "few_shot_dag_js", "recommended")
    body = [
        [NAMES[method], *(_mean(("ceph", number, method)).replace(f"{TOGETHER}mm", "") for number in NUMBERS)]
        for method in methods
    ]
    lines = {NAMES[method]: _line(method) for method in ("dag", "trained_on", "recommended")}
    caption = "Mean error on the test films. A dot is one draw of labelled films, a line goes through the means."
    chart = line_chart(caption, [str(number) for number in NUMBERS], "labelled films", "mm", lines)
    headings = ["mm, failures", *(f"{number} film{'s' * (number > 1)}" for number in NUMBERS)]
    return "\n\n".join([chart, table(headings, body), source("ceph")])


def differences_by_labelled_films() -> str:
    """How the recommended method stands against stage 1 and against the control."""
    body = [
        [str(number), _ratio("ceph", number, "recommended", "dag"), _ratio("ceph", number, "recommended", "trained_on"),
         _ratio("ceph", number, "trained_on", "dag")]
        for number in NUMBERS
    ]  # fmt: skip
    return table(["labelled films", "recommended to DAG", "recommended to the control", "control to DAG"], body)


def methods_at_ten() -> str:
    """Table 1 of the paper: all methods on ten labelled cephalograms."""
    means = [*rows("summary", run="ceph", shots="10"), *rows("summary", run="ceph_methods")]
    means.sort(key=lambda row: list(NAMES).index(row["method"]))
    body = [
        [NAMES[method], _mean_of(row), _ratio(row["run"], 10, method, "dag"), _accepted(row["run"], method)]
        for row in means
        for method in [row["method"]]
    ]
    ranges = {
        NAMES[row["method"]]: _range(found[0])
        for row in means
        if (found := rows("differences", run=row["run"], shots="10", method=row["method"], against="dag"))
    }
    caption = "Error of each method divided by that of DAG, with 95 % intervals over draws and films. Left is better."
    chart = range_chart(caption, ranges, 1.0, "ratio to DAG")
    headings = ["method", "mean error, failures", "ratio to DAG", "accepted"]
    return "\n\n".join([chart, table(headings, body), source("ceph_methods")])


def windows(run: str) -> str:
    """What a look at the film itself brings to labelled cephalograms."""
    body = [
        [
            row["shots"],
            NAMES[row["method"]],
            _mean_of(row),
            _detected(row),
            _ratio(row["run"], int(row["shots"]), row["method"], "dag"),
        ]
        for row in rows("summary", run=run)
        if row["method"] != "mean_shape"
    ]
    headings = ["labelled", "method", "mean error, failures", "within 2 mm, by draw", "ratio to DAG"]
    return "\n\n".join([table(headings, body), source(run)])


def every_draw(*runs: str) -> str:
    """Each training on its own."""
    body = [
        [row["shots"], row["unlabeled"], row["draw"], NAMES[row["method"]], _value(row), row["failures"],
         *(row[f"sdr{radius}"] for radius in ("2", "2.5", "3", "4")), _remark(row)]
        for run in runs
        for row in rows("draws", run=run)
    ]  # fmt: skip
    headings = [
        "labelled",
        "unlabelled",
        "draw",
        "method",
        "error",
        "failures, %",
        "SDR 2 mm",
        "2.5",
        "3",
        "4",
        "remark",
    ]
    kept = [index for index in range(len(headings)) if any(line[index] for line in body)]
    return "\n\n".join(
        [table([headings[index] for index in kept], [[line[index] for index in kept] for line in body]), source(*runs)]
    )


def pool() -> str:
    """What more unlabelled films bring to windows of five labelled ones."""
    (start,) = rows("draws", run="ceph_windows", shots="5", draw="2", method="windows")
    body = [["0", NAMES["windows"], _value(start), start["failures"], f"{start['sdr2']} %", ""]]
    for run in ("ceph_pool35", "ceph_pool70", "ceph_pool128"):
        (row,) = rows("draws", run=run)
        ratio = _ratio(run, 5, row["method"], "windows")
        body.append([row["unlabeled"], NAMES[row["method"]], _value(row), row["failures"], f"{row['sdr2']} %", ratio])
    headings = ["unlabelled", "method", "error", "failures, %", "within 2 mm", "ratio to windows alone"]
    return "\n\n".join([table(headings, body), source("ceph_pool35")])


def speed() -> str:
    """Times and memory, one table a group."""
    parts = []
    for group in dict.fromkeys(row["group"] for row in rows("speed")):
        found = rows("speed", group=group)
        body = [[row["what"], _measured(row), row["machine"]] for row in found]
        commands = "\n\n".join(code_in_note(command) for command in dict.fromkeys(row["command"] for row in found))
        parts += [
            f"## {group.capitalize()}",
            table(["what", "value", "machine"], body),
            f'??? note "Commands"\n\n{commands}',
        ]
    return "\n\n".join(parts)


def measurements(run: str, draw: str) -> str:
    """How well measurements agree with those of the true landmarks."""
    body = [
        [row["measurement"], f"{row['mean_absolute_error']} {_unit(row)}", _number(row["bias"]),
         f"{_number(row['limit_low'])} to {_number(row['limit_high'])}"]
        for row in rows("measurements", run=run, draw=draw)
    ]  # fmt: skip
    headings = ["measurement", "mean absolute error", "bias", "95 % limits of agreement"]
    return "\n\n".join([table(headings, body), source(run)])


PARTS: dict[str, Callable[[], str]] = {
    "readme_table": readme_table,
    "by_labelled_films": by_labelled_films,
    "differences_by_labelled_films": differences_by_labelled_films,
    "methods_at_ten": methods_at_ten,
    "windows": partial(windows, "ceph_windows"),
    "one_film": partial(windows, "ceph_one_film"),
    "chosen_films": chosen_films,
    "every_draw_cephalograms": partial(every_draw, "ceph", "ceph_methods", "ceph_windows", "ceph_one_film"),
    "every_draw_synthetic": partial(every_draw, "pelvis_windows"),
    "levels_spines": partial(levels, "spine_few", "spine_parts"),
    "methods_on_spines": partial(levels, "spine_dag", "spine_table"),
    "pool": pool,
    "acceptance": acceptance,
    "speed": speed,
    "measurements_cephalograms": partial(measurements, "ceph_windows", "0"),
    "measurements_spines": partial(measurements, "spine_parts", "0"),
    "confidence": confidence,
}


def _mean(place: tuple[str, int, str]) -> str:
    run, shots, method = place
    (row,) = rows("summary", run=run, shots=str(shots), method=method)
    return _mean_of(row)


def _mean_of(row: Row) -> str:
    spread = f" ± {row['spread']}" if row["spread"] else ""
    mean = f"{row['error']}{spread} {row['unit']}".replace(" ", TOGETHER)
    return f"{mean}, {row['failures']}{TOGETHER}%"


def _detected(row: Row) -> str:
    draws = rows("draws", run=row["run"], shots=row["shots"], method=row["method"])
    return ", ".join(draw["sdr2"] for draw in draws) + f"{TOGETHER}%"


def _line(method: str) -> Line:
    means = [float(rows("summary", run="ceph", shots=str(number), method=method)[0]["error"]) for number in NUMBERS]
    values = [
        [float(row["error"]) for row in rows("draws", run="ceph", shots=str(number), method=method)]
        for number in NUMBERS
    ]
    return Line(means, values)


def _range(row: Row) -> Range:
    low, high = (float(row[end]) if row[end] else None for end in ("ratio_low", "ratio_high"))
    return Range(float(row["ratio"]), low, high)


def _ratio(run: str, shots: int, method: str, against: str) -> str:
    found = rows("differences", run=run, shots=str(shots), method=method, against=against)
    if not found:
        return ""
    row = found[0]
    interval = (
        f" ({row['ratio_low']} to {row['ratio_high']})".replace(" to ", TOGETHER + "to" + TOGETHER)
        if row["ratio_low"] != row["ratio_high"]
        else ""
    )
    return row["ratio"] + interval + (r" \*" if row["beyond_chance"] == "true" else "")


def _accepted(run: str, method: str) -> str:
    known = [row["accepted"] for row in rows("draws", run=run, shots="10", method=method) if row["accepted"]]
    return f"{known.count('true')} of {len(known)}" if known else ""


def _remark(row: Row) -> str:
    return "not accepted" if row["accepted"] == "false" else ""


def _value(row: Row) -> str:
    return f"{row['error']} {row['unit']}"


def _measured(row: Row) -> str:
    ends = f"{row['low']} to {row['high']}" if row["low"] else ""
    if not row["value"]:
        return f"{ends} {row['unit']}"
    return f"{row['value']} {row['unit']}" + (f" ({ends})" if ends else "")


def _unit(row: Row) -> str:
    return "°" if row["unit"] == "degree" else row["unit"]


def _number(text: str) -> str:
    return text.replace("-", "−")
