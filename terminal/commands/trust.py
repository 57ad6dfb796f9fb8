"""`roadside trust`: update the trust set of this terminal, or show the one in force."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from terminal.commands import output
from terminal.console import out, warn
from terminal.credential.grade import grade
from terminal.drawing.text import age
from terminal.errors import LinkFault, TrustFault

if TYPE_CHECKING:
    from collections.abc import Callable

    from terminal.config import CheckSettings
    from terminal.credential.trust_source import TrustReport, UpdateReport

DONE, FAULT = 0, 2
"""Exit statuses."""


def update(fetch: Callable[[], UpdateReport], *, as_json: bool) -> int:
    """Bring the newest set in force, and print what came of it; DONE or FAULT.

    As JSON: `failure` is null, or the reason for the log; `unreachable` is true if the source could not be
    read. Then the set in force is the one of before.
    """
    try:
        done = fetch()
    except (LinkFault, TrustFault) as fault:
        unreachable = isinstance(fault, LinkFault)
        if as_json:
            out(output.line({"failure": fault.detail, "unreachable": unreachable}))
        else:
            warn(fault.detail)
        return FAULT
    if as_json:
        said = {"serial": done.serial, "made": done.made_s, "changed": done.changed, "fetched": done.fetched}
        out(output.line({"failure": None, "unreachable": False, **said}))
    elif done.changed:
        out(f"trust set {done.serial} is in force, made {_time(done.made_s)}; {done.fetched} bytes fetched")
    else:
        out(f"trust set {done.serial}, made {_time(done.made_s)}, is the newest")
    return DONE


def show(report: TrustReport, checks: CheckSettings, now_s: float, *, as_json: bool) -> int:
    """Print versions, age, grade and targets of the set in force, which was verified; DONE."""
    age_s = int(now_s - report.made_s)
    graded = grade(
        report.made_s,
        now_s,
        fresh_s=3600 * checks.trust_fresh_h,
        usable_s=3600 * checks.trust_usable_h,
    )
    if as_json:
        out(
            output.line(
                {
                    "serial": report.serial,
                    "made": report.made_s,
                    "age_s": age_s,
                    "grade": graded,
                    "laboratory": report.laboratory,
                    "versions": dict(report.versions),
                    "targets": dict(report.targets),
                    "missing": list(report.missing),
                }
            )
        )
        return DONE
    if report.laboratory:
        out("laboratory: random keys, not for enforcement")
    out(f"serial    {report.serial}, made {_time(report.made_s)}")
    out(f"age       {age(age_s, 'en')}, {graded}")
    out(f"versions  {', '.join(f'{role} {number}' for role, number in report.versions.items())}")
    for name, length in report.targets.items():
        out(f"target    {name}, {length} bytes")
    for name in report.missing:
        out(f"missing   {name}")
    return DONE


def _time(at_s: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(at_s))
