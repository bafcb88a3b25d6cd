"""frames.py CLAIMS.csv: the job of job.sql in pandas, its communities in networkx (Louvain), as a careful user would write it.
Needs python3-pandas and python3-networkx. Prints "seconds STAGE s" and the "sum NAME ..." lines that bench_peer prints too."""
import resource
import sys
import time

import networkx
import numpy
import pandas

start = last = time.perf_counter()


def say(stage):
    global last
    now = time.perf_counter()
    print(f"seconds {stage} {now - last:.3f}")
    last = now


ids = ["settlement_id", "person_id", "doctor_id", "institution_id", "drug_code"]
line = pandas.read_csv(sys.argv[1], usecols=ids + ["time", "amount", "fund_amount"], dtype={name: "category" for name in ids}, parse_dates=["time"])
line["cents"] = (line["amount"] * 100).round().astype("int64")
line["fund_cents"] = (line["fund_amount"] * 100).round().astype("int64")
line["day"] = (line["time"].astype("int64") // (86400 * 10**9)).astype("int32")
say("load")

relation = {}
for name, key in {
    "filled_at": ["person_id", "institution_id"],
    "visited": ["person_id", "doctor_id"],
    "bought": ["person_id", "drug_code"],
    "prescribed": ["doctor_id", "drug_code"],
    "refers_to": ["doctor_id", "institution_id"],
    "dispensed": ["institution_id", "drug_code"],
}.items():
    table = line.dropna(subset=key).groupby(key, observed=True, sort=False).agg(
        lines=("cents", "size"), amount=("cents", "sum"), fund=("fund_cents", "sum"), first=("time", "min"), last=("time", "max"))
    table["days"] = line.dropna(subset=key)[key + ["day"]].drop_duplicates().groupby(key, observed=True, sort=False).size()
    relation[name] = table
    say(name)

visit = line.drop_duplicates("settlement_id")[["settlement_id", "person_id", "institution_id", "time"]]
visit = pandas.DataFrame({"s": visit["settlement_id"].cat.codes, "p": visit["person_id"].cat.codes.astype("int64"), "f": visit["institution_id"].cat.codes.astype("int64"),
                          "t": visit["time"].astype("int64") // 10**9})
visit["bucket"] = visit["t"] // 600
before = visit.copy()
before["bucket"] -= 1
met = visit.merge(pandas.concat([visit, before]), on=["f", "bucket"], suffixes=("", "2"))
apart = met["t2"] - met["t"]
met = met[(met["p"] != met["p2"]) & (apart >= 0) & (apart <= 600) & ((apart > 0) | (met["s2"] > met["s"]))]
met = pandas.DataFrame({"pair": numpy.minimum(met["p"], met["p2"]) * 2**32 + numpy.maximum(met["p"], met["p2"]), "f": met["f"], "day": met["t"] // 86400})
by_pair = met.groupby("pair")
pair = pandas.DataFrame({"n": by_pair.size(), "days": by_pair["day"].nunique(), "institutions": by_pair["f"].nunique()})
pair = pair[pair["days"] >= 3]
say("pairs")

item = line[["settlement_id", "drug_code"]].drop_duplicates()
item = pandas.DataFrame({"s": item["settlement_id"].cat.codes, "d": item["drug_code"].cat.codes.astype("int64")})
both = item.merge(item, on="s", suffixes=("", "2"))
both = both[both["d"] < both["d2"]]
basket = both.groupby(both["d"] * 2**32 + both["d2"]).size()
basket = basket[basket >= 100]
say("baskets")

graph = networkx.Graph()
graph.add_weighted_edges_from((key >> 32, key & 0xFFFFFFFF, days) for key, days in zip(pair.index, pair["days"]))
networkx.community.louvain_communities(graph, seed=1)
say("communities")

print(f"seconds total {time.perf_counter() - start:.3f}")
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"cpu {used.ru_utime + used.ru_stime:.2f}")
print(f"peak {used.ru_maxrss // 1024}")
print(f"engine pandas {pandas.__version__} and networkx {networkx.__version__}")
for name, table in relation.items():
    print("sum", name, len(table), table["lines"].sum(), table["days"].sum(), table["amount"].sum(), (table["days"].astype("int64") * table["lines"]).sum())
print("sum pairs", len(pair), pair["n"].sum(), pair["days"].sum(), pair["institutions"].sum(), (pair["n"] * pair["days"]).sum())
print("sum baskets", len(basket), basket.sum())
