"""The AsyncAPI description is valid by AsyncAPI's own schema, and agrees with the code and the CDDL."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from scripts.registry.access import Shares
from terminal.registry import topics
from terminal.wire import signed

CONTRACT = Path(__file__).parents[4] / "scripts" / "registry" / "contract"
SCHEMA = Path(__file__).parent / "asyncapi-3.0.0" / "schema.json"
SCHEMA_SHA256 = "abe96881dbfaad495ccbb6bd8d3fb43ca18a13b9d7564849ccb66f39d5e5b20f"
DESCRIPTION: dict[str, Any] = yaml.safe_load((CONTRACT / "asyncapi.yaml").read_text(encoding="utf-8"))
CDDL = (CONTRACT / "messages.cddl").read_text(encoding="utf-8")
TOPICS = {
    "lookup": topics.lookup,
    "answer": topics.answer,
    "batch": topics.batch,
    "pieces": topics.pieces,
    "hotlist": topics.hotlist,
    "order": topics.order,
    "health": topics.health,
    "link": topics.link,
}
CONTEXTS = {
    "LookupRequest": signed.LOOKUP,
    "LookupAnswer": signed.ANSWER,
    "HotlistChange": signed.HOTLIST,
    "Health": signed.HEALTH,
    "Batch": signed.BATCH,
    "Pieces": signed.PIECES,
    "Receipt": signed.RECEIPT,
    "Order": signed.ORDER,
}
SIGNED_RULE = re.compile(r"^(signed-[a-z-]+) += signed<[a-z-]+> +; context: (\S+);", re.MULTILINE)


@cache
def schema() -> Draft7Validator:
    """Return AsyncAPI's own schema, as published."""
    content = SCHEMA.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SCHEMA_SHA256
    return Draft7Validator(json.loads(content))


def references(value: object) -> Iterator[str]:
    """Yield every $ref in a value."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def resolved(reference: str) -> dict[str, Any]:
    """Return what a $ref of the description points to. Raises KeyError if there is nothing."""
    found = DESCRIPTION
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found["$ref"]) if "$ref" in found else found


def test_the_description_is_asyncapi():
    assert [error.message for error in schema().iter_errors(DESCRIPTION)] == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("asyncapi",), "2.6.0"),
        (("info", "title"), None),
        (("operations", "takeLookup", "action"), "answer"),
        (("channels", "lookup", "adress"), "x"),
        (("components", "operationBindings", "once", "mqtt", "qos"), 3),
    ],
)
def test_the_schema_would_see_a_mistake(place: tuple[str, ...], value: object):
    changed = copy.deepcopy(DESCRIPTION)
    found: Any = changed
    for step in place[:-1]:
        found = found[step]
    found[place[-1]] = value
    assert list(schema().iter_errors(changed))


def test_every_reference_leads_somewhere():
    for reference in references(DESCRIPTION):
        assert resolved(reference)


def test_the_channels_are_the_topics_of_the_code():
    assert DESCRIPTION["channels"].keys() == TOPICS.keys()
    for name, topic in TOPICS.items():
        address = DESCRIPTION["channels"][name]["address"]
        level = "province" if name == "hotlist" else "terminal"
        assert address.replace(f"{{{level}}}", "X") == topic("X")
        assert DESCRIPTION["channels"][name]["parameters"].keys() == {level}


def test_every_channel_has_its_operation_or_its_reply():
    operations = DESCRIPTION["operations"].values()
    used = {operation["channel"]["$ref"] for operation in operations}
    used |= {operation["reply"]["channel"]["$ref"] for operation in operations if "reply" in operation}
    assert used == {f"#/channels/{name}" for name in TOPICS}


def test_every_message_names_its_context_and_its_rule():
    rules = dict(SIGNED_RULE.findall(CDDL))
    messages = DESCRIPTION["components"]["messages"]
    assert messages.keys() == {*CONTEXTS, "Link"}
    for name, context in CONTEXTS.items():
        assert f"Context {context.decode()}," in messages[name]["summary"]
        rule = resolved(messages[name]["payload"]["$ref"])["x-cddl"].removeprefix("messages.cddl#")
        assert rules[rule] == context.decode()
    assert rules.keys() == {"signed-credential", *DESCRIPTION["components"]["schemas"]}


def test_the_workers_subscriptions_are_those_that_are_described():
    taken = {"takeLookup": "lookup", "takeBatch": "batch", "takePieces": "pieces", "takeHealth": "health"}
    shares = Shares("LOOKUPS", "UPLOADS")
    filters = [*shares.lookup_filters(), *shares.upload_filters()]
    for subscription, (operation, name) in zip(filters, taken.items(), strict=True):
        assert f" {subscription}" in DESCRIPTION["operations"][operation]["description"]
        assert subscription.split("/", 2)[2] == TOPICS[name]("X").replace("X", "+")
