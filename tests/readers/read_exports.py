#!/usr/bin/env python3
"""Reads every exported format with the programs people use and holds each against the GraphML file of the same name.

usage: read_exports.py FOLDER [graphs]
FOLDER holds, for each NAME, NAME.graphml (the model), NAME.gexf, NAME.xlsx, NAME.i2.csv, NAME.csv/ (nodes.csv, edges.csv), NAME.neo4j/;
with `graphs` the GraphML files, and GEXF 1.3 or 1.2 where there are any. Where python-igraph is, it reads the GraphML too.
Writes NAME.json, the model as networkx reads it, for the readers in other languages.
exit: 0 equal, 1 not, 77 a reader is missing (skipped).
"""
import csv
import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

try:
    import networkx
    import openpyxl
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

try:
    import igraph
except ImportError as missing:
    igraph = None
    print(f"python-igraph: not tried, {missing}")

csv.field_size_limit(100_000_000)
KINDS = ["person", "doctor", "institution", "drug"]
RELATIONS = ["VISITED", "FILLED_AT", "BOUGHT", "PRESCRIBED", "DISPENSED", "REFERS_TO"]


def fail(message):
    print(f"FAILED: {message}")
    sys.exit(1)


def check(where, got, expected):
    if got != expected:
        fail(f"{where}: {got!r}, not {expected!r}")


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(value):
    """A value of the model as it stands in a CSV cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def cell(where, got, value):
    """Money has two decimals in CSV, exactly; the model holds the nearest double."""
    if isinstance(value, float):
        if not re.fullmatch(r"-?\d+\.\d\d", got) or float(got) != value:
            fail(f"{where}: {got!r}, not {value!r}")
    else:
        check(where, got, text_of(value))


def model_of(path):
    graph = networkx.read_graphml(path, force_multigraph=True)
    nodes = {node: dict(data) for node, data in graph.nodes(data=True)}
    edges = [(source, target, dict(data)) for source, target, data in graph.edges(data=True)]
    return nodes, sorted(edges, key=lambda edge: edge[:2])


def key_of(node, data):
    """The id without kind and escapes, or the source's own."""
    return data.get("ref") or re.sub("_([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), node[2:])


def gephi(folder, nodes, edges):
    rows = table(folder / "nodes.csv")
    check(f"{folder} ids", [row["Id"] for row in rows], list(nodes))
    for row in rows:
        data = nodes[row["Id"]]
        check(f"{folder} label", row["Label"], data["label"])
        for name in ["kind", "ref", "role", "ring", "n_rings", "score", "flagged", "reasons", "n_claims", "amount", "first_date", "last_date", "n_links"]:
            cell(f"{folder} {row['Id']} {name}", row[name], data.get(name))
    rows = table(folder / "edges.csv")
    check(f"{folder} edges", [(row["Source"], row["Target"]) for row in rows], [edge[:2] for edge in edges])
    for row, (_, _, data) in zip(rows, edges):
        check(f"{folder} type", row["Type"], "Directed")
        check(f"{folder} weight", float(row["Weight"]), data["weight"])
        for name, of in [("kind", "kind"), ("Label", "label"), ("n_claims", "n_claims"), ("amount", "amount"), ("first_date", "first_date"), ("last_date", "last_date")]:
            cell(f"{folder} {name}", row[name], data.get(of))
    sqlite(folder / "nodes.csv")
    sqlite(folder / "edges.csv")


def sqlite(path):
    """SQLite's .import sees the same cells as Python's csv."""
    commands = [".mode csv", f'.import "{path}" t', ".mode json", "select * from t;"]
    try:
        printed = subprocess.run(["sqlite3", ":memory:"], input="\n".join(commands), capture_output=True, text=True, encoding="utf-8", check=True).stdout
    except FileNotFoundError:
        print("sqlite3: not tried, no such program")
        return
    rows = table(path)
    check(f"{path} in sqlite3", json.loads(printed) if printed.strip() else [], rows)


def neo4j(folder, nodes, edges):
    ids = {}
    for kind in KINDS:
        rows = table(folder / f"{kind}.csv")
        label = kind.capitalize()
        for row in rows:
            node = row[f"id:ID({label})"]
            ids[node] = label
            data = nodes[node]
            check(f"{folder} {node} kind", data["kind"], kind)
            for name, column in [("label", "label"), ("ref", "ref"), ("n_claims", "n_claims:long"), ("amount", "amount:double"), ("flagged", "flagged:boolean"), ("first_date", "first_date:date"), ("score", "score:int")]:
                cell(f"{folder} {node} {name}", row[column], data.get(name))
    check(f"{folder} nodes", sorted(ids), sorted(nodes))
    found = []
    for relation in RELATIONS:
        for row in table(folder / f"{relation}.csv"):
            start, end = [column for column in row if column.startswith(":START_ID") or column.startswith(":END_ID")]
            check(f"{folder} type", row[":TYPE"], relation)
            for column in [start, end]:
                check(f"{folder} {relation} space", ids.get(row[column]), re.search(r"\((\w+)\)", column)[1])
            found.append((row[start], row[end], relation, row["n_claims:long"], float(row["amount:double"])))
    check(f"{folder} edges", sorted(found), sorted((s, t, d["kind"], str(d["n_claims"]), d["amount"]) for s, t, d in edges))
    command = (folder / "import.txt").read_text(encoding="utf-8")
    for name in [f"{kind}.csv" for kind in KINDS] + [f"{relation}.csv" for relation in RELATIONS]:
        if name not in command:
            fail(f"{folder}: {name} is not in import.txt")


def links(nodes, edges):
    return [[nodes[s]["kind"], key_of(s, nodes[s]), nodes[s]["label"], d["kind"], nodes[t]["kind"], key_of(t, nodes[t]), nodes[t]["label"]] for s, t, d in edges]


def i2(path, nodes, edges):
    rows = table(path)
    columns = ["from_type", "from_id", "from_label", "link_type", "to_type", "to_id", "to_label"]
    if rows:
        check(f"{path} columns", list(rows[0]), columns + ["date_time", "amount", "count", "source"])
    check(f"{path}", [[row[c] for c in columns] for row in rows], links(nodes, edges))
    check(f"{path} amounts", [float(row["amount"]) for row in rows], [d["amount"] for _, _, d in edges])


def xlsx(path, nodes, edges):
    book = openpyxl.load_workbook(path)
    check(f"{path} sheets", book.sheetnames, ["rings", "members", "facts", "bursts", "claim lines", "links"])
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    fail(f"{path} {sheet.title} {cell.coordinate}: a formula")
    sheet = book["links"]
    rows = [[cell.value if cell.value is not None else "" for cell in row[:7]] for row in sheet.iter_rows(min_row=2)]
    check(f"{path} links", rows, [[value[:32000] for value in link] for link in links(nodes, edges)])  # what a cell holds
    for row in sheet.iter_rows(min_row=2):
        for cell in [row[1], row[5]]:
            if cell.value is not None and cell.data_type != "s":
                fail(f"{path} {cell.coordinate}: an id that is no text")
    money = {}
    for row in book["claim lines"].iter_rows(min_row=2, values_only=True):
        money[row[0]] = money.get(row[0], 0) + round(row[10] * 100)
    for row in book["rings"].iter_rows(min_row=2, values_only=True):
        if abs(row[13]) < 1e12:
            check(f"{path} {row[0]} money", money.get(row[0], 0), round(row[13] * 100))


def with_igraph(path, nodes, edges):
    """Numbers are doubles there, and what is absent reads as false, "" or NaN."""
    if igraph is None:
        return
    graph = igraph.Graph.Read_GraphML(str(path))
    ids = graph.vs["id"] if graph.vcount() else []
    check(f"{path} in igraph: ids", ids, list(nodes))
    check(f"{path} in igraph: directed", graph.is_directed(), True)
    check(f"{path} in igraph: edges", [(ids[e.source], ids[e.target]) for e in graph.es], [edge[:2] for edge in edges])
    for kind, sequence, expected in [("node", graph.vs, nodes.values()), ("edge", graph.es, [edge[2] for edge in edges])]:
        for element, data in zip(sequence, expected):
            for name, value in data.items():
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                check(f"{path} in igraph: {kind} {element['id']} {name}", element[name], float(value) if number else value)


def gexf_12(path, nodes, edges):
    """GEXF 1.2, which networkx reads: attributes, looks and weights; no kinds."""
    graph = networkx.read_gexf(path)
    check(f"{path} nodes", sorted(graph.nodes), sorted(nodes))
    check(f"{path} edges", sorted(graph.edges()), sorted(edge[:2] for edge in edges))
    for node, data in graph.nodes(data=True):
        for name in ["kind", "ref", "role", "ring", "n_claims", "amount", "first_date", "last_date", "n_links", "label"]:
            if name in nodes[node]:
                check(f"{path} {node} {name}", data.get(name), nodes[node][name])
        check(f"{path} {node} x", data["viz"]["position"]["x"], nodes[node]["x"])
        check(f"{path} {node} size", data["viz"].get("size"), nodes[node].get("size"))
    for source, target, data in edges:
        got = graph.edges[source, target]
        for name in ["weight", "n_claims", "amount", "first_date", "last_date"]:
            check(f"{path} {source} {target} {name}", got[name], data[name])


def gexf_places(path, nodes):
    """Positions, sizes and colours, which networkx does not read from GEXF 1.3."""
    space = {"g": "http://gexf.net/1.3", "viz": "http://gexf.net/1.3/viz"}
    for node in xml.etree.ElementTree.parse(path).getroot().iterfind(".//g:node", space):
        data = nodes[node.get("id")]
        place = node.find("viz:position", space)
        check(f"{path} place", [float(place.get("x")), float(place.get("y"))], [data["x"], data["y"]])
        size = node.find("viz:size", space)
        check(f"{path} size", None if size is None else float(size.get("value")), data.get("size"))
        color = node.find("viz:color", space)
        check(f"{path} colour", "#%02x%02x%02x" % tuple(int(color.get(c)) for c in "rgb"), data["color"])


folder = pathlib.Path(sys.argv[1])
graphs = sys.argv[2:] == ["graphs"]
models = sorted(folder.glob("*.graphml"))
for path in models:
    nodes, edges = model_of(path)
    path.with_suffix(".json").write_text(json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=True), encoding="utf-8")
    with_igraph(path, nodes, edges)
    if not graphs:
        gephi(path.with_suffix(".csv"), nodes, edges)
        neo4j(path.with_suffix(".neo4j"), nodes, edges)
        i2(path.with_suffix(".i2.csv"), nodes, edges)
        xlsx(path.with_suffix(".xlsx"), nodes, edges)
    if not graphs or path.with_suffix(".gexf").exists():
        gexf_places(path.with_suffix(".gexf"), nodes)
    old = path.with_suffix(".gexf12")
    if old.exists():
        gexf_12(old, nodes, edges)
    print(f"{path.name}: {len(nodes)} nodes, {len(edges)} edges in networkx" + (", igraph" if igraph else "") + ("" if graphs else ", csv, neo4j, i2, xlsx, sqlite3") + (", GEXF 1.2" if old.exists() else ""))
if not models:
    fail("no files")
