# SPDX-License-Identifier: Apache-2.0
"""The list of methods is that of the configs."""

from __future__ import annotations

import pytest

from bundle.comparison.cells import CONFIGS
from bundle.comparison.methods import DAG, MEAN_SHAPE, METHODS, PRESETS, WARM_UP, choose_methods
from bundle.errors import ConfigurationError


def test_every_overlay_is_there_and_every_method_is_listed():
    files = {name for method in (WARM_UP, *METHODS) for name in method.overlays}
    files |= {name for preset in PRESETS.values() for name in (*preset.configs, *preset.one_film)}
    assert all((CONFIGS / name).is_file() for name in files)
    assert {f"methods/{file.name}" for file in (CONFIGS / "methods").glob("*.yaml")} <= files


def test_keys_and_names_are_unique():
    assert len({method.key for method in METHODS}) == len({method.name for method in METHODS}) == len(METHODS)


def test_mean_shape_and_dag_are_always_there_and_the_order_is_that_of_the_tables():
    assert choose_methods("all", repeated=True) == METHODS
    assert [method.key for method in choose_methods("few_shot_dag, pseudo_label", False)] == [
        "mean_shape",
        "dag",
        "pseudo_label",
        "few_shot_dag",
    ]
    assert choose_methods("dag", False) == (MEAN_SHAPE, DAG)


def test_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"no method 'mean_teacher'; choose all, dag, or some of spatial_conf"):
        choose_methods("dag,mean_teacher", False)


def test_what_is_for_repeated_parts_is_left_out_of_all_and_refused_by_name_elsewhere():
    assert {method.repeated for method in choose_methods("all", repeated=False)} == {False}
    with pytest.raises(ConfigurationError, match="--methods: parts is for repeated parts"):
        choose_methods("parts", repeated=False)
