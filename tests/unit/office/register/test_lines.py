"""Where holdings lie and flow as lines of a cell: what is written is read back, whatever it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.office.register.lines import (
    LineError,
    Lying,
    PartyNames,
    Passing,
    fold_codes,
    read_flows,
    read_places,
    settle_places,
    write_flows,
    write_places,
)
from morasanu.office.register.models import FlowKind

NAMES = PartyNames({"V-1": "帳票印刷 有限会社", "V-2": "潮の便", "V-3": "潮の便", "v-1": "小文字"})
CODES = fold_codes(["L-1", "L、2", "Ｌ-3"])
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n\t"), max_size=20).map(
    str.strip
)
FLOWS = st.builds(
    Passing,
    st.sampled_from([each.value for each in FlowKind]),
    st.sampled_from(["", "V-1", "V-2", "v-1"]),
    TEXTS,
    st.none() | st.integers(0, 2**31 - 1),
    TEXTS,
)


@given(st.lists(FLOWS, max_size=5))
def test_flows_that_are_written_are_read_back(flows: list[Passing]) -> None:
    text = write_flows(flows)
    assert sorted(read_flows(text, NAMES), key=repr) == sorted(flows, key=repr)
    assert write_flows(read_flows(text, NAMES)) == text


@given(st.sets(st.builds(Lying, st.sampled_from(["L-1", "L、2", "Ｌ-3"]), TEXTS), max_size=5))
def test_places_that_are_written_are_read_back(places: set[Lying]) -> None:
    text = write_places(places)
    assert {(each.location, each.path or "") for each in read_places(text, CODES)} == set(map(tuple, places))
    assert settle_places(text, text, CODES) == text


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("委託｜V-1", Passing("entrust", "V-1", "", None, "")),
        (
            " entrusted ｜ 帳票印刷　有限会社 ｜ 委託契約 ｜ １，２００ ｜ 備考",
            Passing("entrust", "V-1", "委託契約", 1_200, "備考"),
        ),
        ("erase", Passing("erase", "", "", None, "")),
        ("委託｜Ｖ-2｜a,b", Passing("entrust", "V-2", "a,b", None, "")),
    ],
)
def test_flow_as_people_write_it_is_understood(text: str, flow: Passing) -> None:
    assert read_flows(text, NAMES) == [flow]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("横流し｜V-1", "その流れはありません: 横流し"),
        ("委託｜潮の便", "見当たりません: 潮の便"),  # two have that name
        ("委託｜帳票印刷", "もしかして: V-1 帳票印刷 有限会社"),
        ("委託｜V-1｜契約｜-1", "0以上の整数"),
        ("委託｜V-1｜契約｜9999999999", "0以上の整数"),
        ("委託｜V-1｜契約｜1｜備考｜余り", "の形で書いてください"),
        (f"委託｜V-1｜{'長' * 201}", "200文字まで"),
        (f"委託｜｜｜｜{'長' * 1_001}", "1000文字まで"),
    ],
)
def test_flow_that_says_nothing_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(LineError) as caught:
        read_flows(text, NAMES)
    assert said in caught.value.words.ja


def test_suggestions_end_after_so_many_wrong_names() -> None:
    names = PartyNames({"V-1": "帳票印刷"})
    said = []
    for number in range(300):
        with pytest.raises(LineError) as caught:
            names.find(f"帳票印{number}")
        said.append("もしかして" in caught.value.words.ja)
    assert said == [True] * 200 + [False] * 100


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("L-1", "L-1｜融資", "L-1｜融資"),  # the code alone keeps what is written
        ("L-1｜", "L-1｜融資", "L-1"),  # all of it
        ("l-1｜審査", "L-1｜融資", "L-1｜審査"),
        ("L-1、Ｌ-3", "L-1｜融資", "L-1｜融資\nＬ-3"),
        ("L、2", "", "L、2"),
        ("L-1\nL-1｜審査", "L-1｜融資", "L-1\nL-1｜審査"),
        ("", "L-1｜融資", ""),
    ],
)
def test_places_of_a_file_settle_beside_what_is_written(text: str, before: str, after: str) -> None:
    assert settle_places(text, before, CODES) == after


@pytest.mark.parametrize("text", ["L-9", "L-1、L-9", "L-9｜融資", "L-1｜a｜b", f"L-1｜{'長' * 401}"])
def test_place_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(LineError):
        read_places(text, CODES)
