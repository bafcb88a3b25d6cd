#!/usr/bin/env python3
"""Reads exported GraphML with networkx and python-igraph and compares it with the model the C test wrote.

usage: read_graphml.py FOLDER    FOLDER holds NAME.graphml and NAME.json: {"nodes": {id: {...}}, "edges": [[source, target, kind, {...}]]}
exit: 0 equal, 1 not, 77 a reader is missing (skipped).
"""
import json
import pathlib
import sys

try:
    import igraph
    import networkx
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def fail(message):
    print(f"FAILED: {message}")
    sys.exit(1)


def same(where, expected, got):
    for name, value in expected.items():
        kinds = (float, int) if isinstance(value, (float, int)) and not isinstance(value, bool) else type(value)
        if name not in got or got[name] != value or not isinstance(got[name], kinds):
            fail(f"{where}: {name} is {got.get(name)!r}, not {value!r}")


def read_model(path):
    """Money stands as text in the model, to the fen."""
    model = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    for part in list(model["nodes"].values()) + [edge[3] for edge in model["edges"]]:
        part["amount"] = float(part["amount"])
    return model


def with_networkx(path, model):
    graph = networkx.read_graphml(path, force_multigraph=True)
    if not graph.is_directed():
        fail(f"{path}: not directed in networkx")
    if set(graph.nodes) != set(model["nodes"]):
        fail(f"{path}: other nodes in networkx")
    for node, expected in model["nodes"].items():
        got = graph.nodes[node]
        same(f"{path} networkx {node}", expected, got)
        if set(got) - {"size", "color"} != set(expected):
            fail(f"{path} networkx {node}: has {sorted(set(got) ^ set(expected))}")
    edges = {(s, t, d["kind"]): d for s, t, d in graph.edges(data=True)}
    if len(edges) != graph.number_of_edges() or len(edges) != len(model["edges"]):
        fail(f"{path}: other edges in networkx")
    for source, target, kind, expected in model["edges"]:
        same(f"{path} networkx {source} {target}", expected, edges[source, target, kind])


def with_igraph(path, model):
    graph = igraph.Graph.Read_GraphML(str(path))
    if not graph.is_directed():
        fail(f"{path}: not directed in igraph")
    ids = graph.vs["id"] if graph.vcount() else []
    if ids != sorted(model["nodes"]):
        fail(f"{path}: other nodes, or not sorted, in igraph")
    for vertex in graph.vs:
        for name, value in model["nodes"][vertex["id"]].items():
            if vertex[name] != value:  # igraph keeps every number as a double
                fail(f"{path} igraph {vertex['id']}: {name} is {vertex[name]!r}, not {value!r}")
    got = [(ids[e.source], ids[e.target], e["kind"]) for e in graph.es]
    if got != [(s, t, k) for s, t, k, _ in model["edges"]]:
        fail(f"{path}: other edges in igraph")
    for edge, (_, _, _, expected) in zip(graph.es, model["edges"]):
        for name, value in expected.items():
            if edge[name] != value:
                fail(f"{path} igraph edge: {name} is {edge[name]!r}, not {value!r}")


paths = sorted(pathlib.Path(sys.argv[1]).glob("*.graphml"))
for path in paths:
    model = read_model(path)
    with_networkx(path, model)
    with_igraph(path, model)
    print(f"{path.name}: {len(model['nodes'])} nodes, {len(model['edges'])} edges")
if not paths:
    fail("no files")
