"""Topics are those of wire format section 5, and no name leads to another terminal's topic."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.registry import topics
from terminal.registry.topics import Subscription

PURPOSES = {
    topics.lookup: "lookup",
    topics.answer: "answer",
    topics.batch: "batch",
    topics.pieces: "pieces",
    topics.hotlist: "hotlist",
    topics.order: "order",
    topics.health: "health",
    topics.link: "link",
}


def test_each_purpose_has_its_topic():
    for topic, purpose in PURPOSES.items():
        assert topic("T0001") == f"roadside/1/{purpose}/T0001"
    assert topics.hotlist("苏") == "roadside/1/hotlist/苏"


def test_a_terminal_receives_answers_orders_and_hot_lists_and_nothing_else():
    received = {
        topic("T0001"): topics.purpose_of(topic("T0001"), "T0001")
        for topic in PURPOSES
        if topic != topics.hotlist
    }
    assert {topic: purpose for topic, purpose in received.items() if purpose} == {
        "roadside/1/answer/T0001": Subscription.ANSWER,
        "roadside/1/order/T0001": Subscription.ORDER,
    }
    assert topics.purpose_of(topics.hotlist("苏"), "T0001") is Subscription.HOTLIST


@pytest.mark.parametrize(
    "topic",
    [
        *(topic("T0002") for topic in PURPOSES if topic != topics.hotlist),
        *("", "roadside/1/hotlist", "roadside/1/hotlist/", "roadside/1/hotlist/苏/T0001"),
        *("roadside/2/hotlist/苏", "/roadside/1/hotlist/苏", "roadside/1/hotlist/+", "roadside/1/hotlist/#"),
        "roadside/1/answer/T0001/",
    ],
)
def test_any_other_topic_has_no_purpose(topic: str):
    assert topics.purpose_of(topic, "T0001") is None


@given(st.text())
def test_every_text_has_a_purpose_or_none(topic: str):
    assert topics.purpose_of(topic, "T0001") in (None, *Subscription)


@pytest.mark.parametrize("name", ["", "+", "#", "T1/T2", "T\0"])
def test_a_name_that_is_no_level_of_a_topic_is_refused(name: str):
    for topic in PURPOSES:
        with pytest.raises(ValueError, match="topic"):
            topic(name)


def test_no_other_module_writes_a_topic():
    modules = Path(topics.__file__).parents[1].rglob("*.py")
    assert [path.name for path in modules if '"roadside/1' in path.read_text()] == ["topics.py"]
