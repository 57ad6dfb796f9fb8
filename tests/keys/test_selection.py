"""The targets that a terminal takes depend on its configuration alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keys.selection import Selection, is_target, wanted

COMMON = {
    *("set.cbor", "issuers.cbor", "registry.cbor", "rules/1.cbor", "rules/2.cbor"),
    *("status/1.bin", "status/20.bin"),
}
OWN = {
    "issued/苏.bin",
    "issued/苏-20261101.bin",
    "issued/苏A.bin",
    "offline/苏.sqlite",
    "offline/苏-20261101.sqlite",
}
HOT = {"hotlist/苏.cbor", "hotlist/浙.cbor"}

OTHERS = {
    *("terminals.cbor", "issued/浙.bin", "issued/粤B-20261101.bin", "offline/浙.sqlite"),
    *("roster/U1.sealed", "roster/U2.sealed", "enforcement/T0001.sealed", "enforcement/T0002.sealed"),
    *("settings/F1.cbor", "settings/F2.cbor", "release/stable.cbor", "release/beta.cbor"),
}
ALL = COMMON | OWN | HOT | OTHERS


def test_a_terminal_takes_its_own_and_every_hot_list():
    taken = wanted(ALL, Selection("T0001", "苏", unit="U1", fleet="F1", release="stable"))
    sealed = {"roster/U1.sealed", "enforcement/T0001.sealed", "settings/F1.cbor", "release/stable.cbor"}
    assert set(taken) == COMMON | OWN | HOT | sealed


def test_settings_add_provinces_and_limit_hot_lists():
    chosen = Selection(
        "T9", "苏", registers=frozenset("粤"), offline=frozenset("浙"), hotlists=frozenset("苏")
    )
    more = {"issued/粤B-20261101.bin", "offline/浙.sqlite", "hotlist/苏.cbor"}
    assert set(wanted(ALL, chosen)) == COMMON | OWN | more


def test_every_listed_form_of_name_is_a_target():
    assert all(map(is_target, ALL))


@given(st.text(max_size=30))
def test_no_name_leads_out_of_the_folder(name: str):
    for tried in (name, f"issued/{name}", f"../{name}", f"roster/{name}.sealed", f"issued/{name}.bin"):
        if wanted([tried], Selection("T1", "苏", unit=name)) or is_target(tried):
            assert ".." not in tried
            assert tried.count("/") <= 1
            assert not tried.startswith("/")
            assert "\0" not in tried
