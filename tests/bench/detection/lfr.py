"""The community step alone on LFR graphs (Lancichinetti, Fortunato & Radicchi, Phys. Rev. E 78, 2008), beside igraph's own.

  lfr.py BENCH_PARTITION FOLDER [--seeds N]     one JSON object on stdout
"""
import argparse
import json
import os
import random
import subprocess
import time

import igraph
import networkx

NODES = 10000
MIXINGS = (0.3, 0.4, 0.5, 0.6, 0.7)


def lfr_graph(mixing, seed):
    """The graph, with its planted labels; the seed moves on where networkx gives up."""
    for attempt in range(20):
        try:
            graph = networkx.LFR_benchmark_graph(NODES, 3, 1.5, mixing, average_degree=15, max_degree=45, min_community=5,
                                                 max_community=50, seed=seed + 1000 * attempt, max_iters=2000)
            break
        except networkx.ExceededMaxIterations:
            continue
    graph.remove_edges_from(list(networkx.selfloop_edges(graph)))
    truth = [min(graph.nodes[v]["community"]) for v in range(NODES)]
    return graph, truth


def leiden_cpm(graph):
    gamma = "resolution_parameter" if igraph.__version__.startswith("0.10") else "resolution"
    return graph.community_leiden(objective_function="CPM", n_iterations=10, **{gamma: 0.05}).membership


def ari(found, truth):
    return igraph.compare_communities(found, truth, method="adjusted_rand")


def run(bench, folder, mixing, seed):
    plain, truth = lfr_graph(mixing, seed)
    path = os.path.join(folder, f"lfr_{mixing}_{seed}.txt")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"{NODES}\n")
        file.writelines(f"{a} {b}\n" for a, b in plain.edges())
    answer = subprocess.run([bench, path], check=True, capture_output=True, text=True).stdout.split("\n")
    os.remove(path)
    numbered = lambda line: igraph.Clustering([int(x) for x in line.split()]).membership
    row = {"mixing": mixing, "seed": seed, "edges": plain.number_of_edges(),
           "mixing_found": sum(truth[a] != truth[b] for a, b in plain.edges()) / plain.number_of_edges(), "ari": {}, "seconds": {}}
    for at in (0, 2):
        name, seconds = answer[at].split()
        row["ari"]["ringscope " + name] = ari(numbered(answer[at + 1]), truth)
        row["seconds"]["ringscope " + name] = float(seconds)
    graph = igraph.Graph(n=NODES, edges=list(plain.edges()))
    for name, find in (("igraph cpm", leiden_cpm), ("igraph infomap", lambda g: g.community_infomap(trials=10).membership)):
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
    print(json.dumps({"nodes": NODES, "igraph": igraph.__version__, "networkx": networkx.__version__, "rows": rows}))
