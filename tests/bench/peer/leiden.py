"""leiden.py PAIRS.csv: the second half of the peer's job: the kept pairs as an igraph graph, its communities by Leiden.
Needs python3-igraph. Prints "seconds STAGE s", "cpu s", "peak MB" and how many communities there are."""
import csv
import random
import resource
import sys
import time

import igraph

start = time.perf_counter()
with open(sys.argv[1], newline="") as file:
    rows = [(row["a"], row["b"], float(row["days"])) for row in csv.DictReader(file)]
graph = igraph.Graph.TupleList(rows, weights=True)
igraph.set_random_number_generator(random.Random(1))
found = graph.community_leiden(objective_function="modularity", weights="weight", n_iterations=2)
print(f"seconds communities {time.perf_counter() - start:.3f}")
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"cpu {used.ru_utime + used.ru_stime:.2f}")
print(f"peak {used.ru_maxrss // 1024}")
print(f"found {len(found)} communities")
