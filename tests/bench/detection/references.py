"""The references of the score board: what a knowledgeable person would run on the same claims with packages that can be had.

  references.py CITY OUT      CITY/claims.csv -> OUT/<method>.csv (ring_id,entity_type,entity_id in rank order), OUT/seconds.json

All methods see persons, places and times, mzoom drugs too. A visit is one (person, institution, time). Nothing here is tuned on a city;
groups of fewer than 3 people are dropped, the rest is ranked by the weight inside a group over its members (the measure of
M-Zoom and FRAUDAR for one block), ties by the smallest person id.

  covisit       pairs at one place within 10 minutes on >= 3 days, connected components (the recipe of patents)
  leiden_mod    the same pairs, weight = days, Leiden by modularity          (igraph)
  leiden_cpm05  the same, Leiden by the constant Potts model, gamma 0.5      (igraph); leiden_cpm1: gamma 1.0
  infomap       the same, Infomap, two levels                                (infomap package, else igraph)
  louvain, greedy  networkx's communities on the same pairs
  significance, surprise  leidenalg's partitions on the same pairs, if leidenalg is there
  *_apart       the same without pairs who share an address or a phone in CITY/persons.csv: what an analyst with that table would do
  mzoom         visits that take part in those pairs, as a tensor person x (place, half hour) x drug: 25 blocks of greatest
                arithmetic density (Shin, Hooi & Faloutsos, M-Zoom, ECML PKDD 2016), those of at most 150 people, each split by
                the components of the pairs; in the order of the blocks
  svn_bonf, svn_bh   Tumminello et al., PLoS ONE 2011: a pair's common (place, day) against the hypergeometric law over all
                (place, day), Bonferroni or Benjamini-Hochberg at 0.01 over all pairs of persons; components
"""
import csv
import heapq
import json
import os
import sys
import time

import igraph
import networkx
import numpy as np

WINDOW = 600  # seconds
MIN_DAYS = 3
MIN_SIZE = 3
ALPHA = 0.01


def read_visits(path):
    """Persons' ids; person, place, day and second of each visit, distinct, in the order of place and time; the lines:
    place, day, second, person, drug."""
    persons, places, drugs, days, rows = {}, {}, {}, {}, []
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        head = next(reader)
        p, f, t, x = (head.index(name) for name in ("person_id", "institution_id", "time", "drug_code"))
        for row in reader:
            day = days.setdefault(row[t][:10], len(days))
            clock = row[t][11:]
            rows.append((places.setdefault(row[f], len(places)), day,
                         int(clock[:2]) * 3600 + int(clock[3:5]) * 60 + int(clock[6:8]), persons.setdefault(row[p], len(persons)),
                         drugs.setdefault(row[x], len(drugs))))
    date = np.array([np.datetime64(d).astype(int) for d in days])
    lines = np.array(rows, dtype=np.int64)
    lines[:, 1] = date[lines[:, 1]]
    visits = np.unique(lines[:, :4], axis=0)
    return list(persons), visits[:, 3], visits[:, 0], visits[:, 1], visits[:, 2], lines


def shared_homes(path, ids):
    """For each person the numbers of their address and phone; -1 where there is none."""
    number = {person: i for i, person in enumerate(ids)}
    home = np.full((len(ids), 2), -1, dtype=np.int64)
    seen = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["person_id"] in number:
                for column, name in enumerate(("address", "phone")):
                    if row[name]:
                        home[number[row["person_id"]], column] = seen.setdefault((name, row[name]), len(seen))
    return home


def near_pairs(person, place, day, second):
    """Index pairs of visits at one place within the window."""
    clock = day * 86400 + second
    first, later = [], []
    for step in range(1, len(person)):
        near = (place[step:] == place[:-step]) & (clock[step:] - clock[:-step] <= WINDOW)
        if not near.any():
            break
        i = np.nonzero(near)[0]
        i = i[person[i] != person[i + step]]
        first.append(i)
        later.append(i + step)
    empty = [np.empty(0, np.int64)]
    return np.concatenate(first or empty), np.concatenate(later or empty)


def pair_days(n, person, day, first, later):
    """Pairs of persons (a < b) and on how many days they were at one place within the window."""
    lo, hi = np.minimum(person[first], person[later]), np.maximum(person[first], person[later])
    key = np.unique((lo * n + hi) * 100000 + day[first])
    pair, count = np.unique(key // 100000, return_counts=True)
    return pair // n, pair % n, count


def densest_block(cells, sizes):
    """Greedy peel of M-Zoom: which cells (rows of three mode numbers) are in the block of greatest mass over members."""
    offset = np.r_[0, np.cumsum(sizes)]
    at = (cells + offset[:-1]).tolist()
    touching = {}
    for c, row in enumerate(at):
        for v in row:
            touching.setdefault(v, []).append(c)
    degree = {v: len(c) for v, c in touching.items()}
    heap = [(d, v) for v, d in degree.items()]
    heapq.heapify(heap)
    mass, left = len(at), len(degree)
    alive = [True] * len(at)
    best, best_gone, gone = mass / left, 0, []
    while left > 1:
        d, v = heapq.heappop(heap)
        if degree.get(v) != d:
            continue
        for c in touching[v]:
            if alive[c]:
                alive[c] = False
                mass -= 1
                for u in at[c]:
                    if u != v and u in degree:
                        degree[u] -= 1
                        heapq.heappush(heap, (degree[u], u))
        del degree[v]
        gone.append(v)
        left -= 1
        if mass / left > best:
            best, best_gone = mass / left, len(gone)
    out = set(gone[:best_gone])
    return np.array([not any(v in out for v in row) for row in at])


def mzoom_groups(ids, lines, visits, first, later, a, b):
    """Blocks of the lines that take part in kept pairs, split by the components of the pairs."""
    n = len(ids)
    kept = np.unique(a * n + b)
    lo = np.minimum(visits[first, 3], visits[later, 3])
    hi = np.maximum(visits[first, 3], visits[later, 3])
    paired = np.isin(lo * n + hi, kept)
    used = np.unique(np.r_[first[paired], later[paired]])
    code = lambda v: ((v[:, 0] * 40000 + v[:, 1]) * 86400 + v[:, 2]) * n + v[:, 3]
    mine = lines[np.isin(code(lines), code(visits[used]))]
    slot = np.unique((mine[:, 0] * 40000 + mine[:, 1]) * 48 + mine[:, 2] // 1800, return_inverse=True)[1]
    who = np.unique(mine[:, 3], return_inverse=True)
    drug = np.unique(mine[:, 4], return_inverse=True)[1]
    cells = np.stack([who[1], slot, drug], axis=1)
    sizes = cells.max(axis=0) + 1 if len(cells) else None
    groups = []
    for _ in range(25):
        if not len(cells):
            break
        block = densest_block(cells, sizes)
        people = who[0][np.unique(cells[block, 0])]
        cells = cells[~block]
        if len(people) > 150:
            continue
        inside = np.isin(a, people) & np.isin(b, people)
        place = {p: i for i, p in enumerate(people.tolist())}
        part = igraph.Graph(n=len(people), edges=[(place[i], place[j]) for i, j in zip(a[inside].tolist(), b[inside].tolist())])
        split = [[ids[people[i]] for i in c] for c in part.connected_components()]
        groups += sorted((sorted(m) for m in split if len(m) >= MIN_SIZE), key=lambda m: (-len(m), m))
    return groups


def common_place_days(n, person, place, day):
    """K of each person, N, and for the pairs with at least one common (place, day) how many there are."""
    slot = np.unique(np.stack([place * 100000 + day, person], axis=1), axis=0)
    start = np.nonzero(np.r_[True, slot[1:, 0] != slot[:-1, 0], True])[0]
    size = np.diff(start)
    degree = np.bincount(slot[:, 1], minlength=n)
    keys, held = [], None
    for one in np.unique(size[size > 1]):  # slots of one size together
        at = start[:-1][size == one]
        members = slot[at[:, None] + np.arange(one), 1]
        a, b = np.triu_indices(one, 1)
        keys.append((members[:, a] * n + members[:, b]).ravel())  # members ascend within a slot
        if sum(map(len, keys)) > 20_000_000:
            held = add_counts(held, keys)
            keys = []
    pair, count = add_counts(held, keys)
    return degree, len(size), pair // n, pair % n, count


def add_counts(held, keys):
    pair, count = np.unique(np.concatenate(keys) if keys else np.empty(0, np.int64), return_counts=True)
    if held is None:
        return pair, count
    every = np.concatenate([held[0], pair])
    number = np.concatenate([held[1], count])
    pair, at = np.unique(every, return_inverse=True)
    return pair, np.bincount(at, weights=number).astype(np.int64)


def hypergeometric_tail(x, ka, kb, total):
    """P(X >= x) for each pair, by summing the law from x to min(ka, kb)."""
    log_factorial = np.r_[0.0, np.cumsum(np.log(np.arange(1, total + 1)))]
    choose = lambda n, k: log_factorial[n] - log_factorial[k] - log_factorial[n - k]
    tail = np.zeros(len(x))
    top = np.minimum(ka, kb)
    rest = choose(np.full(len(x), total), kb)
    for step in range(int((top - x).max(initial=-1)) + 1):
        live = np.nonzero(x + step <= top)[0]
        k = x[live] + step
        term = np.exp(choose(ka[live], k) + choose(total - ka[live], kb[live] - k) - rest[live])
        tail[live] += term
        if term.max(initial=0) < 1e-300:
            break
    return np.minimum(tail, 1)


def components(n, a, b):
    return igraph.Graph(n=n, edges=np.stack([a, b], axis=1).tolist()).connected_components().membership


def ranked(ids, label, a, b, weight):
    """Groups of at least MIN_SIZE people, heaviest per member first."""
    groups = {}
    for person, group in label.items():
        groups.setdefault(group, []).append(ids[person])
    inside = dict.fromkeys(groups, 0.0)
    for i, j, w in zip(a.tolist(), b.tolist(), weight.tolist()):
        if label[i] == label[j]:
            inside[label[i]] += w
    kept = [(-round(inside[g] / len(m), 6), min(m), sorted(m)) for g, m in groups.items() if len(m) >= MIN_SIZE]
    return [m for _, _, m in sorted(kept)]


def write_groups(path, groups):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ring_id", "entity_type", "entity_id"])
        for rank, members in enumerate(groups, 1):
            writer.writerows((f"G{rank:05d}", "person", m) for m in members)


def community_methods():
    """name -> function(graph of igraph with weights) -> membership"""
    import random

    def nx_labels(find):
        def run(graph):
            other = networkx.Graph()
            other.add_nodes_from(range(graph.vcount()))
            other.add_weighted_edges_from((e.source, e.target, e["weight"]) for e in graph.es)
            label = [0] * graph.vcount()
            for number, group in enumerate(find(other)):
                for v in group:
                    label[v] = number
            return label
        return run

    def seeded(find):
        def run(graph):
            random.seed(1)
            igraph.set_random_number_generator(random)
            return find(graph)
        return run

    def leiden(**how):
        return seeded(lambda g: g.community_leiden(weights="weight", n_iterations=10, **how).membership)

    gamma = "resolution_parameter" if igraph.__version__.startswith("0.10") else "resolution"
    methods = {
        "covisit": lambda g: g.connected_components().membership,
        "leiden_mod": leiden(objective_function="modularity"),
        "leiden_cpm05": leiden(objective_function="CPM", **{gamma: 0.5}),
        "leiden_cpm1": leiden(objective_function="CPM", **{gamma: 1.0}),
        "infomap": seeded(lambda g: g.community_infomap(edge_weights="weight", trials=10).membership),
        "louvain": nx_labels(lambda g: networkx.community.louvain_communities(g, seed=1)),
        "greedy": nx_labels(lambda g: networkx.community.greedy_modularity_communities(g, weight="weight")),
    }
    try:
        import infomap

        def run_infomap(graph):
            engine = infomap.Infomap("--two-level --silent --seed 1 --num-trials 10")
            for e in graph.es:
                engine.add_link(e.source, e.target, e["weight"])
            engine.run()
            label = list(range(-1, -1 - graph.vcount(), -1))
            for node in engine.nodes:
                label[node.node_id] = node.module_id
            return label
        methods["infomap"] = run_infomap
    except ImportError:
        pass
    try:
        import leidenalg

        methods["significance"] = lambda g: leidenalg.find_partition(g, leidenalg.SignificanceVertexPartition, seed=1).membership
        methods["surprise"] = lambda g: leidenalg.find_partition(g, leidenalg.SurpriseVertexPartition, weights="weight",
                                                                 seed=1).membership
    except ImportError:
        pass
    return methods


def pair_graph(a, b, weight):
    nodes = np.unique(np.r_[a, b])
    graph = igraph.Graph(n=len(nodes), edges=np.stack([np.searchsorted(nodes, a), np.searchsorted(nodes, b)], axis=1).tolist())
    graph.es["weight"] = weight.tolist()
    return nodes, graph


def main(city, out):
    os.makedirs(out, exist_ok=True)
    seconds = {}
    began = time.monotonic()
    ids, person, place, day, second, lines = read_visits(os.path.join(city, "claims.csv"))
    n = len(ids)
    home = shared_homes(os.path.join(city, "persons.csv"), ids)
    strangers = lambda a, b: ~((home[a] == home[b]) & (home[a] >= 0)).any(axis=1)
    reading = time.monotonic() - began

    began = time.monotonic()
    first, later = near_pairs(person, place, day, second)
    a, b, days = pair_days(n, person, day, first, later)
    keep = days >= MIN_DAYS
    a, b, days = a[keep], b[keep], days[keep]
    pairing = time.monotonic() - began
    methods = community_methods()
    apart = strangers(a, b)
    runs = [(name, method, np.full(len(a), True)) for name, method in methods.items()]
    runs += [(name + "_apart", methods[name], apart) for name in ("covisit", "leiden_cpm1", "infomap")]
    for name, method, use in runs:
        began = time.monotonic()
        nodes, graph = pair_graph(a[use], b[use], days[use])
        label = dict(zip(nodes.tolist(), method(graph))) if len(nodes) else {}
        write_groups(os.path.join(out, name + ".csv"), ranked(ids, label, a[use], b[use], days[use]))
        seconds[name] = reading + pairing + time.monotonic() - began

    visits = np.stack([place, day, second, person], axis=1)
    for name, use in (("mzoom", np.full(len(a), True)), ("mzoom_apart", apart)):
        began = time.monotonic()
        write_groups(os.path.join(out, name + ".csv"), mzoom_groups(ids, lines, visits, first, later, a[use], b[use]))
        seconds[name] = reading + pairing + time.monotonic() - began

    began = time.monotonic()
    degree, total, a, b, common = common_place_days(n, person, place, day)
    tail = hypergeometric_tail(common, degree[a], degree[b], total)
    tests = n * (n - 1) / 2
    order = np.sort(tail)
    passed = np.nonzero(order <= ALPHA * np.arange(1, len(order) + 1) / tests)[0]
    cuts = {"svn_bonf": ALPHA / tests, "svn_bh": order[passed[-1]] if len(passed) else 0.0}
    apart = strangers(a, b)
    testing = time.monotonic() - began
    for name, use in (("svn_bonf", tail <= cuts["svn_bonf"]), ("svn_bh", tail <= cuts["svn_bh"]),
                      ("svn_bonf_apart", apart & (tail <= cuts["svn_bonf"])), ("svn_bh_apart", apart & (tail <= cuts["svn_bh"]))):
        began = time.monotonic()
        weight = -np.log10(np.maximum(tail[use], 1e-300))
        label = dict(enumerate(components(n, a[use], b[use])))
        write_groups(os.path.join(out, name + ".csv"), ranked(ids, label, a[use], b[use], weight))
        seconds[name] = reading + testing + time.monotonic() - began
    with open(os.path.join(out, "seconds.json"), "w", encoding="utf-8") as file:
        json.dump({"seconds": seconds, "igraph": igraph.__version__, "networkx": networkx.__version__}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
