"""The community step alone on LFR graphs, beside python-igraph's own and the infomap package's.

  lfr.py BENCH_PARTITION FOLDER [--seeds N]     one JSON object on stdout

The graphs follow Lancichinetti, Fortunato & Radicchi, Phys. Rev. E 78, 2008: degrees and community sizes by power laws, a share
`mixing` of each node's edges leads out of its community. They are drawn here because networkx's generator finds no way to place
communities of 5 at a mixing of 0.3: the least degree then asks for more neighbours than such a community has. Here a node's
inner degree is cut to what the community can hold; the mixing found is reported.
"""
import argparse
import json
import math
import os
import random
import subprocess
import time

import igraph

try:
    import infomap
except ImportError:
    infomap = None

NODES = 10000
MIXINGS = (0.3, 0.4, 0.5, 0.6, 0.7)
MEAN_DEGREE, MOST_DEGREE = 15, 45
LEAST_SIZE, MOST_SIZE = 5, 50
DEGREE_EXPONENT, SIZE_EXPONENT = 2, 1.5


def power(draw, least, most, exponent):
    """One draw from x^-exponent between least and most."""
    e = 1 - exponent
    return (least ** e + draw.random() * (most ** e - least ** e)) ** (1 / e)


def least_degree():
    """Where the degrees must begin for the mean to be right (density x^-2)."""
    low, high = 1.0, MEAN_DEGREE
    for _ in range(60):
        m = (low + high) / 2
        mean = math.log(MOST_DEGREE / m) / (1 / m - 1 / MOST_DEGREE)
        low, high = (m, high) if mean < MEAN_DEGREE else (low, m)
    return low


def joined(draw, stubs, edges, allowed):
    """Pairs stubs at random; pairs that are not allowed are torn up and drawn again with others, some rounds; the rest is dropped."""
    for _ in range(50):
        draw.shuffle(stubs)
        left = []
        for a, b in zip(stubs[::2], stubs[1::2]):
            edge = (min(a, b), max(a, b))
            if a != b and edge not in edges and allowed(a, b):
                edges.add(edge)
            else:
                left += [a, b]
        if not left:
            return
        stubs = left


def lfr_graph(mixing, seed):
    """Edges and planted labels."""
    draw = random.Random(1000 * seed + int(100 * mixing))
    least = least_degree()
    degree = sorted((round(power(draw, least, MOST_DEGREE, DEGREE_EXPONENT)) for _ in range(NODES)), reverse=True)
    sizes = []
    while sum(sizes) < NODES:
        sizes.append(round(power(draw, LEAST_SIZE, MOST_SIZE, SIZE_EXPONENT)))
    sizes[-1] -= sum(sizes) - NODES
    if sizes[-1] < LEAST_SIZE:
        last = sizes.pop()
        sizes[sizes.index(min(sizes))] += last
    label, inner, room = [0] * NODES, [0] * NODES, sizes[:]
    for v, k in enumerate(degree):
        want = round((1 - mixing) * k)
        fits = [c for c, free in enumerate(room) if free and sizes[c] > want]
        if not fits:
            most = max(sizes[c] for c, free in enumerate(room) if free)
            fits = [c for c, free in enumerate(room) if free and sizes[c] == most]
        c = draw.choices(fits, [room[c] for c in fits])[0]
        room[c] -= 1
        label[v], inner[v] = c, min(want, sizes[c] - 1)
    members = [[] for _ in sizes]
    for v in range(NODES):
        members[label[v]].append(v)
    edges = set()
    for group in members:
        joined(draw, [v for v in group for _ in range(inner[v])], edges, lambda a, b: True)
    joined(draw, [v for v in range(NODES) for _ in range(degree[v] - inner[v])], edges, lambda a, b: label[a] != label[b])
    return sorted(edges), label


def leiden_cpm(graph):
    gamma = "resolution_parameter" if igraph.__version__.startswith("0.10") else "resolution"
    return graph.community_leiden(objective_function="CPM", n_iterations=10, **{gamma: 0.05}).membership


def infomap_package(graph):
    engine = infomap.Infomap("--two-level --silent --seed 1 --num-trials 10")
    for e in graph.es:
        engine.add_link(e.source, e.target)
    engine.run()
    label = list(range(-1, -1 - graph.vcount(), -1))
    for node in engine.nodes:
        label[node.node_id] = node.module_id
    return numbered(label)


def numbered(label):
    """Labels from 0, in the order of first sight."""
    seen = {}
    return [seen.setdefault(x, len(seen)) for x in label]


def ari(found, truth):
    return igraph.compare_communities(found, truth, method="adjusted_rand")


def code_length(edges, label):
    """Bits a step by the two-level map equation, walks without teleport."""
    flow, leave, visits = {}, {}, {}
    for a, b in edges:
        for x, y in ((a, b), (b, a)):
            share = 0.5 / len(edges)
            visits[x] = visits.get(x, 0) + share
            flow[label[x]] = flow.get(label[x], 0) + share
            if label[x] != label[y]:
                leave[label[x]] = leave.get(label[x], 0) + share

    def plogp(x):
        return x * math.log2(x) if x > 0 else 0

    return (plogp(sum(leave.values())) - 2 * sum(map(plogp, leave.values())) - sum(map(plogp, visits.values()))
            + sum(plogp(f + leave.get(m, 0)) for m, f in flow.items()))


def run(bench, folder, mixing, seed):
    edges, truth = lfr_graph(mixing, seed)
    path = os.path.join(folder, f"lfr_{mixing}_{seed}.txt")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{NODES}\n")
        file.writelines(f"{a} {b}\n" for a, b in edges)
    answer = subprocess.run([bench, path], check=True, capture_output=True, text=True).stdout.split("\n")
    os.remove(path)
    row = {"mixing": mixing, "seed": seed, "mean_degree": 2 * len(edges) / NODES,
           "mixing_found": sum(truth[a] != truth[b] for a, b in edges) / len(edges), "ari": {}, "seconds": {}, "bits": {}}
    for at in (0, 2, 4):
        name, seconds = answer[at].split()
        name = "ringscope " + name
        label = numbered(answer[at + 1].split())
        row["ari"][name], row["seconds"][name] = ari(label, truth), float(seconds)
        if "infomap" in name:
            row["bits"][name] = code_length(edges, label)
    graph = igraph.Graph(n=NODES, edges=edges)
    finders = [("igraph cpm", leiden_cpm), ("igraph infomap", lambda g: g.community_infomap(trials=10).membership)]
    if infomap is not None:
        finders.append(("infomap package", infomap_package))
    for name, find in finders:
        random.seed(1)
        igraph.set_random_number_generator(random)
        began = time.monotonic()
        found = find(graph)
        row["seconds"][name] = time.monotonic() - began
        row["ari"][name] = ari(found, truth)
    return row


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("folder")
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    rows = [run(options.bench, options.folder, mixing, seed) for mixing in MIXINGS for seed in range(1, options.seeds + 1)]
    print(json.dumps({"nodes": NODES, "igraph": igraph.__version__, "rows": rows}))
