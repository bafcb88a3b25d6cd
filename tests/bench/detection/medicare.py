"""How institutions.csv of a case on medicare_provider_fraud ranks the flagged institutions: ROC AUC and average precision, beside a
ranking by summed amount.      medicare.py RINGSCOPE DATA FOLDER     one JSON object on stdout
"""
import csv
import gzip
import json
import os
import subprocess
import sys


def auc(values, flags):
    """Mann-Whitney, ties half."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    rank, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        for i in order[at:end]:
            rank[i] = (at + end + 1) / 2
        at = end
    ones = sum(flags)
    if ones in (0, len(flags)):
        return None
    return (sum(r for r, f in zip(rank, flags) if f) - ones * (ones + 1) / 2) / (ones * (len(flags) - ones))


def average_precision(values, flags):
    hits, total = 0, 0.0
    for seen, i in enumerate(sorted(range(len(values)), key=lambda i: -values[i]), 1):
        if flags[i]:
            hits += 1
            total += hits / seen
    return total / sum(flags)


def auc_in_deciles(values, flags, size):
    """Which share of the pairs (flagged, not flagged) inside one decile of claim count is in the right order; equal counts stay together."""
    ordered = sorted(size)
    cuts = sorted({ordered[len(ordered) * d // 10] for d in range(1, 10)})
    right = pairs = 0
    for low, high in zip([0] + cuts, cuts + [ordered[-1] + 1]):
        part = [i for i, s in enumerate(size) if low <= s < high]
        ones = sum(flags[i] for i in part)
        weight = ones * (len(part) - ones)
        if weight:
            right += auc([values[i] for i in part], [flags[i] for i in part]) * weight
            pairs += weight
    return right / pairs


def main(ringscope, data, folder):
    case = os.path.join(folder, "medicare")
    done = subprocess.run([ringscope, "analyze", os.path.join(data, "claims_labelled.csv.gz"), "--map", "medicare", "-o", case],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    with gzip.open(os.path.join(data, "labels.csv.gz"), "rt", encoding="utf-8") as file:
        flag = {row["institution"]: int(row["fraud"]) for row in csv.DictReader(file)}
    with open(os.path.join(case, "institutions.csv"), encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["institution_id"] in flag]
    with open(os.path.join(case, "rings.csv"), encoding="utf-8") as file:
        leads = sum(1 for _ in csv.DictReader(file))
    flags = [flag[row["institution_id"]] for row in rows]
    visits = [int(row["visits"]) for row in rows]
    ranking = {"institutions.csv": [-int(row["rank"]) for row in rows], "summed amount": [float(row["amount"]) for row in rows],
               "number of claims": visits, "amount a claim": [float(row["amount"]) / max(int(row["visits"]), 1) for row in rows]}
    print(json.dumps({"institutions": len(rows), "flagged": sum(flags), "leads": leads, "rankings": {
        name: {"auc": auc(v, flags), "ap": average_precision(v, flags), "auc_in_deciles": auc_in_deciles(v, flags, visits)}
        for name, v in ranking.items()}}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
