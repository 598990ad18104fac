# SPDX-License-Identifier: Apache-2.0
"""The first rule whose conditions all hold chooses the model; our own results are no films."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pydicom import uid

from bundle.films.film_files import MANUFACTURER, MODEL_NAME
from bundle.serve.configuration import RuleSection
from bundle.serve.rules import CONDITIONS, is_film, model_for

FILM = {
    "SOPClassUID": uid.DigitalXRayImageStorageForPresentation,
    "Modality": "DX",
    "BodyPartExamined": "PELVIS",
    "ViewPosition": "AP",
    "StudyDescription": "Becken a.p. im Stehen",
}


def test_the_first_rule_that_fits_is_used():
    rules = [
        RuleSection(model="hand", body_part="hand"),
        RuleSection(model="standing", body_part="pelvis", study_description=["*sitz*", "*STEHEN"]),
        RuleSection(model="pelvis", body_part="PEL*"),
        RuleSection(model="digital", sop_class="DigitalXRayImageStorageForPresentation"),
        RuleSection(model="any"),
    ]
    assert model_for(rules, FILM) == "standing"
    assert model_for(rules, FILM | {"StudyDescription": ""}) == "pelvis"
    assert model_for(rules, FILM | {"BodyPartExamined": "CHEST"}) == "digital"
    assert model_for(rules, {}) == "any"
    assert model_for(rules[:4], {}) is None


@given(st.dictionaries(st.sampled_from([*CONDITIONS.values()]), st.sampled_from(["a", "B ", "", "ab"])))
def test_a_rule_made_of_a_film_fits_it_and_no_other(elements: dict[str, str]):
    fields = {field: elements.get(keyword, "").strip() for field, keyword in CONDITIONS.items()}
    rule = RuleSection(model="m", **{field: text for field, text in fields.items() if text})
    assert model_for([rule], elements) == "m"
    for field, text in fields.items():
        changed = elements | {CONDITIONS[field]: text + "x"}
        assert model_for([rule], changed) == (None if text else "m")


def test_our_results_are_no_films():
    assert is_film(FILM)
    ours = {"Manufacturer": MANUFACTURER, "ManufacturerModelName": MODEL_NAME}
    assert not is_film({"SOPClassUID": uid.SecondaryCaptureImageStorage, **ours})
    assert is_film({"SOPClassUID": uid.SecondaryCaptureImageStorage})
    for other in (uid.ComprehensiveSRStorage, uid.GrayscaleSoftcopyPresentationStateStorage, uid.CTImageStorage, ""):
        assert not is_film({"SOPClassUID": other})
