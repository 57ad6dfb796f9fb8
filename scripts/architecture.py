"""Draw the packages and their imports as a Mermaid flowchart.

python -m scripts.architecture           print it
python -m scripts.architecture --keep    put it into README.md, between its markers
"""

from __future__ import annotations

import sys
from pathlib import Path

import grimp

README = Path("README.md")
BEGIN, END = "<!-- architecture -->", "<!-- /architecture -->"
ROOTS = ("terminal", "drivers", "keys")
BASE = frozenset(
    {
        "terminal.codes",
        "terminal.device_ports",
        "terminal.errors",
        "terminal.model",
        "terminal.ports",
        "terminal.slots",
    }
)
"""Drawn as one node, because nearly every part imports them."""
OMITTED = frozenset(
    {
        "terminal",
        "terminal.atomic_file",
        "terminal.config",
        "terminal.console",
        "terminal.identity",
        "terminal.inbox",
        "terminal.limits",
        "terminal.storage",
    }
)
"""Not drawn: small modules that many parts share."""
LABELS = {
    "app": "app: the main loop",
    "base": "model, ports, errors",
    "camera": "camera: exposure, focus, torch",
    "cli": "cli: the command line",
    "cli_device": "cli_device: commands of units",
    "clock": "clock: floor and trust",
    "commands": "commands: subcommands",
    "credential": "credential: verifies codes",
    "drawing": "drawing: screens to pixels",
    "drivers": "drivers: real and simulated hardware",
    "firmware": "firmware: releases of the image",
    "journal": "journal: sealed, chained records",
    "keys": "keys: keys, trust sets, codes",
    "officers": "officers: roster and PINs",
    "registry": "registry: lookups, uploads, lists",
    "rigs": "rigs: composition root",
    "scan": "scan: frames to codes",
    "scanner": "scanner: the camera's thread",
    "scenarios": "scenarios: scripted shifts",
    "screens": "screens: events to screens",
    "services": "services: perform effects",
    "vehicle": "vehicle: status and verdict",
    "wire": "wire: CBOR and COSE",
}

Edges = dict[str, set[str]]


def main(arguments: list[str]) -> None:
    """Print the flowchart, or with `--keep` write it into README.md."""
    if "--keep" in arguments:
        README.write_text(kept(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(flowchart())


def kept(readme: str) -> str:
    """Return the text with the flowchart between its markers. Raises ValueError if they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{README} has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n```mermaid\n{flowchart()}\n```\n{END}{after}"


def flowchart() -> str:
    """Return the packages and their imports as Mermaid, without those that a longer way implies."""
    edges = direct_imports()
    lines = []
    for start in sorted({*edges, *(end for ends in edges.values() for end in ends)}):
        ends = [name(end) for end in sorted(edges.get(start, ())) if not implied(edges, start, end)]
        node = f'    {name(start)}["{LABELS.get(name(start), name(start))}"]'
        lines.append(f"{node} --> {' & '.join(ends)}" if ends else node)
    return "\n".join(["flowchart TD", *lines])


def direct_imports() -> Edges:
    """Return each part with the parts that it imports: packages of the terminal, `drivers`, `keys` and
    `base`.
    """
    graph = grimp.build_graph(*ROOTS, cache_dir=None)
    edges: Edges = {}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            start, end = part_of(module), part_of(imported)
            if start != end and not {start, end} & OMITTED:
                edges.setdefault(start, set()).add(end)
    return edges


def part_of(module: str) -> str:
    """Return the part that a module belongs to, such as `terminal.scan` for `terminal.scan.regions`."""
    names = module.split(".")
    part = ".".join(names[:2]) if names[0] == "terminal" else names[0]
    return "base" if part in BASE else part


def reachable(edges: Edges, start: str) -> set[str]:
    """Return all parts that arrows lead to from `start`."""
    found: set[str] = set()
    ahead = [start]
    while ahead:
        for end in edges.get(ahead.pop(), set()) - found:
            found.add(end)
            ahead.append(end)
    return found


def implied(edges: Edges, start: str, end: str) -> bool:
    """Return True if a longer way leads from `start` to `end` too."""
    return any(end in reachable(edges, other) for other in edges[start] - {end})


def name(part: str) -> str:
    """Return the name of a part's node."""
    return part.removeprefix("terminal.")


if __name__ == "__main__":
    main(sys.argv[1:])
