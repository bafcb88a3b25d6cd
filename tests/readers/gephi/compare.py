#!/usr/bin/env python3
"""Holds what Gephi's importer saw (seen.txt, by ReadExports.java) against the models NAME.json. usage: compare.py FOLDER

What Gephi changes and nobody can prevent: it centres the drawing, keeps places, sizes and weights as 32-bit floats, writes Infinity for INF in
texts other than labels, and takes a text "null" in any case for none.
"""
import datetime
import json
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
EPOCH_DAY = 86_400_000


def fail(message):
    print(f"FAILED: {message}")
    sys.exit(1)


def unescape(text):
    return re.sub(r"(?:\\u[0-9a-f]{4})+", lambda m: bytes.fromhex(m[0].replace("\\u", "")).decode("utf-16-be", "surrogatepass"), text)


def near(where, got, expected, most=0.01):
    if abs(float(got) - expected) > most + abs(expected) * 1e-6:
        fail(f"{where}: {got}, not {expected}")


def texts(where, got, expected, skip, prefix=""):
    """Every attribute of the model, and no other."""
    for name, value in expected.items():
        if name in skip:
            continue
        seen = got.pop(prefix + name, None)
        if isinstance(value, bool):
            value = "true" if value else "false"
        if isinstance(value, (int, float)):
            if seen is None or float(seen) != float(value):
                fail(f"{where} {name}: {seen}, not {value}")
            continue
        value = None if value.lower() == "null" else value.replace("INF", "Infinity")
        if (None if seen is None else unescape(seen)) != value:
            fail(f"{where} {name}: {seen!r}, not {value!r}")
    if got:
        fail(f"{where}: also {got}")


def node(name, line, model, center):
    got = dict(part.split("=", 1) for part in line[3:])
    expected = dict(model["nodes"][line[2]])
    for axis in "xy":
        place = got.pop(axis)  # of a file without places: wherever Gephi puts it
        if axis in expected:
            near(f"{name} {line[2]} {axis}", place, expected.pop(axis) - center[axis], 0.02)
    size, label = got.pop("size"), unescape(got.pop("label"))
    if "size" in expected:
        near(f"{name} {line[2]} size", size, expected.pop("size"))
    if got.pop("color") != expected.pop("color"):
        fail(f"{name} {line[2]}: another colour")
    if label != expected.pop("label"):
        fail(f"{name} {line[2]}: label {label!r}")
    texts(f"{name} {line[2]}", got, expected, [])


def days(text):
    return [tuple(int(end) // EPOCH_DAY for end in spell.split("..")) for spell in text.split(";") if spell]


def edge(name, line, edges):
    got = dict(part.split("=", 1) for part in line[4:])
    expected = dict(edges.pop((line[2], line[3])))
    where = f"{name} {line[2]} {line[3]}"
    if got.pop("type") != expected.pop("kind") or got.pop("directed") != "true":
        fail(f"{where}: another kind, or no direction")
    near(where, got.pop("weight"), expected.pop("weight"))
    if unescape(got.pop("label")) != expected.pop("label"):
        fail(f"{where}: another label")
    spells = days(got.pop("spells"))
    if name.endswith(".gexf"):
        ends = [(datetime.date.fromisoformat(expected[end]) - datetime.date(1970, 1, 1)).days for end in ["first_date", "last_date"]]
        if not spells or [spells[0][0], spells[-1][1]] != ends or any(a > b for a, b in spells):
            fail(f"{where}: periods {spells}, not from {ends[0]} to {ends[1]}")
        if any(before[1] + 1 >= after[0] for before, after in zip(spells, spells[1:])):
            fail(f"{where}: periods {spells} touch")
        texts(where, got, expected, ["id"])
        return len(spells)
    got.pop("e_kind")
    texts(where, got, expected, ["id"], "e_")
    return 0


lines = [line.rstrip("\n").split("\t") for line in (folder / "seen.txt").read_text(encoding="utf-8").split("\n") if line]
files = sorted(path.name for pattern in ["*.graphml", "*.gexf"] for path in folder.glob(pattern))
if not files:
    fail("no files")
for name in files:
    model = json.loads((folder / name).with_suffix(".json").read_text(encoding="utf-8"))
    nodes, edges = model["nodes"], {(s, t): d for s, t, d in model["edges"]}
    own = [line for line in lines if line[1] == name]
    for line in own:
        if line[0] == "issue" and "ignored as not supported" not in line[3]:
            fail(f"{name}: Gephi says {line[3]}")
    counts = [line[2:] for line in own if line[0] == "file"]
    if counts != [[str(len(nodes)), str(len(edges))]]:
        fail(f"{name}: {counts} nodes and edges, not {len(nodes)}, {len(edges)}")
    center = {axis: sum(data.get(axis, 0) for data in nodes.values()) / max(len(nodes), 1) for axis in "xy"}
    n_spells = 0
    for line in own:
        if line[0] == "node":
            node(name, line, model, center)
        elif line[0] == "edge":
            n_spells += edge(name, line, edges)
    if edges:
        fail(f"{name}: {len(edges)} edges are missing")
    print(f"{name}: {len(nodes)} nodes, {len(model['edges'])} edges in Gephi" + (f", {n_spells} periods" if n_spells else ""))
