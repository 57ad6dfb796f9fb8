"""A public type that two modules define is reported, unless it is accepted."""

from __future__ import annotations

import pytest

from scripts.check_names import ACCEPTED, findings, main

CLASS = "class Result:\n    pass\n"
ALIAS = "from typing import TypeAlias\nResult: TypeAlias = int | None\n"


@pytest.mark.parametrize("other", [CLASS, ALIAS])
def test_a_type_of_two_modules_is_found(other: str):
    sources = {"a.py": CLASS, "b.py": other}
    assert list(findings(sources, [])) == ["Result is defined in a.py, b.py"]
    assert not list(findings(sources, ["Result"]))


def test_private_nested_and_single_types_are_no_finding():
    nested = "class Outer:\n    class Result:\n        pass\n"
    assert not list(findings({"a.py": CLASS, "b.py": nested, "c.py": "class _Result:\n    pass\n"}, []))


def test_an_accepted_name_that_is_defined_once_is_found():
    assert list(findings({"a.py": CLASS}, ["Result"])) == ["Result is accepted as defined twice, and is not"]


def test_the_project_has_none_and_every_accepted_name_has_its_reason(capsys: pytest.CaptureFixture[str]):
    assert main() == 0, capsys.readouterr().out
    assert all(ACCEPTED.values())
