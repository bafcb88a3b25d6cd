"""The score board: cities, ringscope, references, tables. Called by run_board.sh.

  board.py RINGSCOPE BENCH_PARTITION WORK DOC --commit C [--seeds N] [--references N] [--graphs N] [--quick] [--reuse]

--references N: the references run on the first N seeds alone; 0: their rows stay as they stand in DOC, if its cities are the same (they
depend on the cities, not on ringscope). --graphs N: LFR graphs at each mixing.
--reuse: where WORK holds the figures of an earlier run, the references are not run again, ringscope is.
Each city is made, analyzed, scored and removed; what is kept is WORK/<setting>_<seed>.json. The tables go into DOC between its
marks <!-- table:NAME --> and <!-- end -->; the words around them stay as they are. Without such a DOC a bare one is written.
"""
import argparse
import concurrent.futures
import csv
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
SETTINGS = {"plain": ["--hard", "0"], "hard": ["--hard", "1"],
            "ring-free": ["--rings", "0,0,0,0,0,0,0", "--lines", "500000"]}
TITLES = {"ringscope": "**ringscope**", "covisit": "co-visit, components", "leiden_mod": "co-visit, Leiden modularity",
          "leiden_cpm05": "co-visit, Leiden CPM 0.5", "leiden_cpm1": "co-visit, Leiden CPM 1.0", "infomap": "co-visit, Infomap",
          "louvain": "co-visit, Louvain (networkx)", "greedy": "co-visit, greedy modularity (networkx)",
          "significance": "co-visit, Significance (leidenalg)", "surprise": "co-visit, Surprise (leidenalg)",
          "mzoom": "co-visit, M-Zoom, components", "svn_bonf": "SVN, Bonferroni, components", "svn_bh": "SVN, BH, components",
          "covisit_apart": "strangers' co-visit, components", "leiden_cpm1_apart": "strangers' co-visit, Leiden CPM 1.0",
          "infomap_apart": "strangers' co-visit, Infomap", "mzoom_apart": "strangers' co-visit, M-Zoom, components",
          "svn_bonf_apart": "strangers' SVN, Bonferroni, components", "svn_bh_apart": "strangers' SVN, BH, components"}
PATTERNS = ("batch", "resale", "steering", "crossregion", "duplicate", "travel", "trace")


def run(command):
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout, time.monotonic() - began


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def write_rows(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([head] + rows)


def score(ringscope, leads, city, truth="truth.csv"):
    text, _ = run([ringscope, "score", leads, "--truth", f"{city}/{truth}", "--innocent", f"{city}/innocent.csv", "--json"])
    return json.loads(text)


def batch_alone(ringscope, leads, city, whole):
    """The list without the leads that are right about a ring of another pattern, against the batch rings alone."""
    pattern = {ring["ring_id"]: ring["pattern"] for ring in whole["rings"]}
    left_out = {lead["ring_id"] for lead in whole["leads"] if lead["hit"] and pattern[lead["hit"]] != "batch"}
    if os.path.isdir(leads):
        part = leads + "-batch"
        os.mkdir(part)
        shutil.copy(leads + ".ids", part + ".ids")
        for name in ("rings.csv", "members.csv"):
            head, rows = rows_of(f"{leads}/{name}")
            write_rows(f"{part}/{name}", head, [row for row in rows if row[0] not in left_out])
    else:
        part = leads + "-batch.csv"
        head, rows = rows_of(leads)
        write_rows(part, head, [row for row in rows if row[0] not in left_out])
    return score(ringscope, part, city, "truth-batch.csv")


def figures(whole, batch, seconds):
    keep = ("n_rings", "n_leads", "n_hits", "n_innocent_at_k", "n_innocent", "average_precision", "group_precision", "mean_ring_f1",
            "precision_at_k", "person_precision", "person_recall", "person_f1")
    out = {name: whole[name] for name in keep}
    out["seconds"] = seconds
    out["patterns"] = whole["patterns"]
    out["lead_patterns"] = [lead["pattern"] for lead in whole["leads"]]
    if batch:
        out["batch"] = {name: batch[name] for name in keep}
    return out


def one_city(ringscope, work, setting, seed, references, reuse):
    kept = f"{work}/{setting}_{seed}.json"
    city = f"{work}/{setting}_{seed}"
    earlier = None
    if reuse and os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            earlier = json.load(file)
    shutil.rmtree(city, ignore_errors=True)
    run([ringscope, "simulate", "--seed", str(seed), *SETTINGS[setting], "-o", city])
    tables = [x for t in ("persons", "doctors", "institutions", "drugs") for x in (f"--{t}", f"{city}/{t}.csv")]
    _, seconds = run([ringscope, "analyze", f"{city}/claims.csv", *tables, "-o", f"{city}/case"])
    taken = {}
    if references and not earlier:
        run([sys.executable, "-W", "ignore", f"{HERE}/references.py", city, f"{city}/references"])
        with open(f"{city}/references/seconds.json", encoding="utf-8") as file:
            taken = json.load(file)
    head, rows = rows_of(f"{city}/truth.csv")
    write_rows(f"{city}/truth-batch.csv", head, [row for row in rows if row[1] == "batch"])
    with open(f"{city}/claims.csv", "rb") as file:
        lines = sum(1 for _ in file) - 1
    lists = {"ringscope": (f"{city}/case", seconds)}
    for path in sorted(glob.glob(f"{city}/references/*.csv")):
        name = os.path.basename(path)[:-4]
        lists[name] = (path, taken["seconds"][name])
    methods = {}
    for name, (leads, spent) in lists.items():
        whole = score(ringscope, leads, city)
        methods[name] = figures(whole, batch_alone(ringscope, leads, city, whole) if setting != "ring-free" else None, spent)
    result = {"setting": setting, "seed": seed, "lines": lines, "methods": methods,
              "igraph": taken.get("igraph"), "networkx": taken.get("networkx")}
    if earlier and earlier["lines"] != lines:
        raise SystemExit(f"{kept} is of another city: run without --reuse")
    if earlier:
        result["methods"] = {**earlier["methods"], **methods}
        result["igraph"], result["networkx"] = earlier["igraph"], earlier["networkx"]
    with open(kept, "w", encoding="utf-8") as file:
        json.dump(result, file)
    shutil.rmtree(city)
    print(f"{setting} {seed}: {lines} lines, ringscope F1 {methods['ringscope']['mean_ring_f1']:.3f} "
          f"AP {methods['ringscope']['average_precision']:.3f} leads {methods['ringscope']['n_leads']}", file=sys.stderr, flush=True)
    return result


def spread(values, digits=2):
    """mean (least-most)"""
    if not values:
        return ""
    mean = sum(values) / len(values)
    return f"{mean:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(r) + " |" for r in rows])


def city_table(cities, part=None):
    head = ["method", "cities", "mean best F1", "AP", "group precision", "hits / rings", "leads", "innocent in top k", "seconds"]
    rows = []
    for name in TITLES:
        got = [c["methods"][name] for c in cities if name in c["methods"]]
        if not got:
            continue
        took = [m["seconds"] for m in got]
        got = [m[part] for m in got] if part else got
        rows.append([TITLES[name], str(len(got)), spread([m["mean_ring_f1"] for m in got], 3), spread([m["average_precision"] for m in got], 3),
                     spread([m["group_precision"] for m in got], 3),
                     f"{sum(m['n_hits'] for m in got)} / {sum(m['n_rings'] for m in got)}", spread([m["n_leads"] for m in got], 0),
                     f"{sum(m['n_innocent_at_k'] for m in got)}", spread(took, 1)])
    return table(head, rows)


def pattern_table(cities):
    head = ["pattern", "rings", "hits", "mean best F1", "AP", "leads of that name", "of these right"]
    rows = []
    for name in PATTERNS:
        got = [c["methods"]["ringscope"]["patterns"][name] for c in cities]
        rows.append([f"`{name}`", str(sum(p["rings"] for p in got)), str(sum(p["hits"] for p in got)),
                     spread([p["mean_f1"] for p in got], 3), spread([p["average_precision"] for p in got], 3),
                     str(sum(p["leads"] for p in got)), str(sum(p["right"] for p in got))])
    return table(head, rows)


def free_table(cities):
    rows = []
    for name in TITLES:
        got = [c["methods"][name] for c in cities if name in c["methods"]]
        if got:
            rows.append([TITLES[name], str(len(got)), str(sum(m["n_leads"] for m in got)), spread([m["n_leads"] for m in got], 1),
                         spread([m["seconds"] for m in got], 1)])
    return table(["method", "cities", "leads in all of them", "a city", "seconds"], rows)


def seed_table(by):
    rows = []
    for seed in sorted({c["seed"] for cities in by.values() for c in cities}):
        row = [str(seed)]
        for setting in ("plain", "hard"):
            one = [c["methods"]["ringscope"] for c in by[setting] if c["seed"] == seed][0]
            row += [f"{one['mean_ring_f1']:.3f}", f"{one['average_precision']:.3f}", f"{one['group_precision']:.3f}",
                    f"{one['n_hits']} / {one['n_rings']}", str(one["n_leads"])]
        free = [c["methods"]["ringscope"] for c in by["ring-free"] if c["seed"] == seed][0]
        row.append(f"{free['n_leads']} {', '.join(free['lead_patterns'])}".strip())
        rows.append(row)
    head = ["seed"] + [f"{s} {x}" for s in ("plain", "hard") for x in ("F1", "AP", "precision", "hits", "leads")] + ["ring-free leads"]
    return table(head, rows)


def lfr_table(lfr):
    names = {"ringscope cpm": "ours, Leiden-CPM 0.05", "ringscope infomap": "ours, Infomap", "igraph cpm": "igraph, Leiden-CPM 0.05",
             "igraph infomap": "igraph, Infomap", "infomap package": "infomap package"}
    names = {n: title for n, title in names.items() if n in lfr["rows"][0]["ari"]}
    rows = []
    for mixing in sorted({r["mixing"] for r in lfr["rows"]}):
        got = [r for r in lfr["rows"] if r["mixing"] == mixing]
        found = sum(r["mixing_found"] for r in got) / len(got)
        rows.append([f"{mixing} ({found:.2f})"] + [spread([r["ari"][n] for r in got], 3) for n in names]
                    + [" / ".join(f"{sum(r['seconds'][n] for r in got) / len(got):.1f}" for n in names)])
    return table(["mixing (found)", *names.values(), "seconds"], rows)


def medicare_table(medicare):
    return table(["ranking of institutions", "ROC AUC", "AP", "AUC inside deciles of claim count"],
                 [[f"`{n}`" if n.endswith("csv") else n, f"{v['auc']:.3f}", f"{v['ap']:.3f}", f"{v['auc_in_deciles']:.3f}"]
                  for n, v in medicare["rankings"].items()])


def cities_text(by):
    lines = [c["lines"] for cities in by.values() for c in cities]
    return f"{len(lines)} cities of {min(lines):,} to {max(lines):,} claim lines"


def keep_references(doc, name, body):
    """The table with the rows of methods that were not run, as they stand in DOC."""
    old = re.search(rf"<!-- table:{name} -->\n(.*?)<!-- end -->", doc, flags=re.S)
    have = {line.split(" | ")[0] for line in body.split("\n")}
    return "\n".join([body] + [line for line in (old[1].strip().split("\n")[2:] if old else []) if line.split(" | ")[0] not in have])


def how_text(options, seeds, by, doc):
    if options.references == 0:
        old = re.search(r"claim lines\. (.*?)\n", doc)
        return (f"`tests/bench/detection/run_board.sh --seeds {len(seeds)} --references 0`, commit {options.commit}, seeds {seeds[0]} to "
                f"{seeds[-1]}, {cities_text(by)}. {old[1] if old else ''}")
    first = next(c for cities in by.values() for c in cities if c["igraph"])
    packages = f"python-igraph {first['igraph']}, networkx {first['networkx']}"
    for name in ("leidenalg", "infomap"):
        try:
            import importlib.metadata

            packages += f", {name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            packages += f", no {name}"
    how = "--quick" if options.quick else f"--seeds {len(seeds)}"
    how += " --reuse" if options.reuse else ""
    return (f"`tests/bench/detection/run_board.sh {how}`, commit {options.commit}, seeds {seeds[0]} to {seeds[-1]}, "
            f"{cities_text(by)}. {packages}.")


def write_doc(path, tables):
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
    else:
        text = "\n\n".join(f"## {name}\n\n<!-- table:{name} -->\n<!-- end -->" for name in tables) + "\n"
    for name, body in tables.items():
        text = re.sub(rf"(<!-- table:{name} -->\n).*?(<!-- end -->)", lambda m: f"{m[1]}{body}\n{m[2]}", text, flags=re.S)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ringscope")
    parser.add_argument("bench_partition")
    parser.add_argument("work")
    parser.add_argument("doc")
    parser.add_argument("--commit", default="unknown")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--references", type=int, default=1000)
    parser.add_argument("--graphs", type=int, default=3)
    parser.add_argument("--reuse", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    seeds = [8001, 8002] if options.quick else list(range(9001, 9001 + options.seeds))
    os.makedirs(options.work, exist_ok=True)
    jobs = [(setting, seed, at < options.references, options.reuse) for at, seed in enumerate(seeds) for setting in SETTINGS]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        graphs = pool.submit(run, [sys.executable, "-W", "ignore", f"{HERE}/lfr.py", options.bench_partition, options.work, "--seeds",
                                   "1" if options.quick else str(options.graphs)])
        results = list(pool.map(lambda job: one_city(options.ringscope, options.work, *job), jobs))
        lfr = json.loads(graphs.result()[0])
    by = {setting: [r for r in results if r["setting"] == setting] for setting in SETTINGS}
    shutil.rmtree(f"{options.work}/medicare", ignore_errors=True)
    medicare = json.loads(run([sys.executable, f"{HERE}/medicare.py", options.ringscope,
                               f"{ROOT}/datasets/real/medicare_provider_fraud", options.work])[0])
    with open(f"{options.work}/other.json", "w", encoding="utf-8") as file:
        json.dump({"lfr": lfr, "medicare": medicare}, file)
    doc = ""
    if os.path.exists(options.doc):
        with open(options.doc, encoding="utf-8") as file:
            doc = file.read()
    tables = {
        "how": how_text(options, seeds, by, doc), "plain": city_table(by["plain"]), "hard": city_table(by["hard"]),
        "free": free_table(by["ring-free"]), "plain-batch": city_table(by["plain"], "batch"),
        "hard-batch": city_table(by["hard"], "batch"), "plain-pattern": pattern_table(by["plain"]),
        "hard-pattern": pattern_table(by["hard"]), "seeds": seed_table(by), "lfr": lfr_table(lfr), "medicare": medicare_table(medicare)}
    if options.references == 0 and cities_text(by) not in doc:
        print("board.py: the cities are not those of the document: its references' rows are dropped", file=sys.stderr)
    elif options.references == 0:
        tables.update({name: keep_references(doc, name, tables[name]) for name in ("plain", "hard", "free", "plain-batch", "hard-batch")})
    write_doc(options.doc, tables)


if __name__ == "__main__":
    main()
