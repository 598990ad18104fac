# SPDX-License-Identifier: Apache-2.0
"""The list of methods is that of the configs."""

from __future__ import annotations

import pytest

from bundle.comparison.cells import CONFIGS
from bundle.comparison.methods import DAG, MEAN_SHAPE, METHODS, PRESETS, WARM_UP, choose_methods, methods_for
from bundle.errors import ConfigurationError


def test_every_overlay_is_there_and_every_method_is_listed():
    files = {name for method in (WARM_UP, *METHODS) for name in method.overlays}
    files |= {name for preset in PRESETS.values() for name in (*preset.configs, *preset.one_film)}
    assert all((CONFIGS / name).is_file() for name in files)
    assert {f"methods/{file.name}" for file in (CONFIGS / "methods").glob("*.yaml")} <= files


def test_keys_and_names_are_unique():
    assert len({method.key for method in METHODS}) == len({method.name for method in METHODS}) == len(METHODS)


def test_mean_shape_and_stage_1_are_always_there_and_the_order_is_that_of_the_tables():
    for repeated in (True, False):
        assert choose_methods("all", repeated) == methods_for(repeated)
    assert [method.key for method in choose_methods("few_shot_dag, pseudo_label", False)] == [
        "mean_shape",
        "dag",
        "pseudo_label",
        "few_shot_dag",
    ]
    assert choose_methods("dag", False) == (MEAN_SHAPE, DAG)
    assert [method.key for method in choose_methods("mean_shape", True)] == ["mean_shape", "parts"]


def test_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"no method 'mean_teacher'; choose all, or some of spatial_conf"):
        choose_methods("dag,mean_teacher", False)


def test_what_is_for_repeated_parts_is_left_out_of_all_and_refused_by_name_elsewhere():
    assert {method.repeated for method in choose_methods("all", repeated=False)} == {False, None}
    with pytest.raises(ConfigurationError, match="--methods: parts is for repeated parts"):
        choose_methods("parts", repeated=False)
    with pytest.raises(ConfigurationError, match="--methods: windows is for data sets without repeated parts"):
        choose_methods("windows", repeated=True)


def test_repeated_parts_have_all_of_stage_2_start_from_their_graph():
    methods = {method.key: method for method in methods_for(repeated=True)}
    assert {method.lineage[0].key for method in methods.values() if method.start} == {"parts"}
    assert methods["few_shot_dag_js"].name == "Few-shot graph of parts + JS"
    assert methods["pi_model"].overlays == ("parts.yaml", "few_shot.yaml", "methods/pi_model.yaml")
    assert methods["trained_on"].takes_unlabelled is False
