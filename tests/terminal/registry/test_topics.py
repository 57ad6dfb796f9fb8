"""Each topic is that of wire format section 5, and no name reaches into another's."""

from __future__ import annotations

import pytest

from terminal.registry import topics

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


@pytest.mark.parametrize("name", ["", "+", "#", "T1/T2", "T\0"])
def test_a_name_that_is_no_level_of_a_topic_is_refused(name: str):
    for topic in PURPOSES:
        with pytest.raises(ValueError, match="topic"):
            topic(name)
