#!/usr/bin/env python3
"""How good the models are on a folder of tables, beside scikit-learn's boosting on the same rows.

    make build && .ci/peers/tables.py FOLDER        FOLDER/targets.json: {"file.csv": "target", ...}

Imports every table with its target alone, runs the stages plainly and with -auto, and compares the R² of the
test rows, cut at -1, with that of HistGradientBoostingRegressor and its defaults (words as codes).
"""
import glob, json, os, statistics, subprocess, sys, tempfile

import pandas
from sklearn.ensemble import HistGradientBoostingRegressor

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bin")


def run(box, program, *flags):
    subprocess.run([os.path.join(BIN, program), "-quiet", *flags], cwd=box, check=True, capture_output=True)


def fit(box, *flags):
    run(box, "model_preprocessing", "-missing", "drop", *flags)
    run(box, "model_preparation")
    run(box, "model_testing", "-report", "")
    with open(box + "/models/metrics.json") as f:
        return json.load(f)["r2"]


def boosting(box):
    with open(box + "/models/scaler.json") as f:
        scaler = json.load(f)
    train, test = (pandas.concat(map(pandas.read_csv, sorted(glob.glob(f"{box}/data/{part}/*.csv"))))
                   .dropna(subset=[scaler["target"]] + scaler["feature_names_in"]) for part in ("train", "test"))
    for c in scaler["categories"]:
        codes = {word: i for i, word in enumerate(sorted(train[c["name"]].astype(str).unique()))}
        for part in (train, test):
            part[c["name"]] = part[c["name"]].astype(str).map(codes)
    x, y = scaler["feature_names_in"], scaler["target"]
    return HistGradientBoostingRegressor(random_state=0).fit(train[x], train[y]).score(test[x], test[y])


def main(folder):
    with open(folder + "/targets.json") as f:
        targets = json.load(f)
    results = []
    for name, target in sorted(targets.items()):
        with tempfile.TemporaryDirectory() as box:
            os.mkdir(box + "/models")
            try:
                run(box, "data_creation", "-import", os.path.abspath(f"{folder}/{name}"), "-target", target)
                results.append([max(-1, r2) for r2 in (fit(box), fit(box, "-auto"), boosting(box))])
            except (subprocess.CalledProcessError, TypeError, ValueError) as e:
                print(f"{name}: {e}", file=sys.stderr)
    for k, name in enumerate(("plain", "-auto", "boosting")):
        r2 = [r[k] for r in results]
        print(f"{name:9} R² {statistics.median(r2):.3f} in the median, {statistics.mean(r2):.3f} in the mean; "
              f"better than plain by 0.01 in {sum(r[k] > r[0] + 0.01 for r in results)}, "
              f"worse in {sum(r[k] < r[0] - 0.01 for r in results)} of {len(results)} tables")


main(sys.argv[1])
