#!/usr/bin/env python3
"""Correct digits of the worst coefficient on NIST's certified datasets: here,
R's lm, and scikit-learn on raw and on scaled columns.

    make build && python3 .ci/peers/digits.py
"""
import json
import os
import subprocess
import tempfile
from decimal import Decimal
from pathlib import Path

for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

root = Path(__file__).parents[2]
data = root / "internal/regression/testdata"


def here(csv):
    with tempfile.TemporaryDirectory() as d:
        run = lambda stage, *args: subprocess.run([root / "bin" / stage, "-quiet", *args, csv], check=True)
        run("model_preprocessing", "-time", "", "-target", "y", "-o", d + "/s.json")
        run("model_preparation", "-scaler", d + "/s.json", "-o", d + "/m.gob")
        m = json.loads(Path(d + "/m.json").read_text(), parse_float=Decimal)
    return [m["intercept"]] + [c["value"] for c in m["coefficients"]]


def lm(csv):
    code = f'cat(format(coef(lm(y ~ ., read.csv("{csv}"))), digits = 17))'
    return subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout.split()


def sklearn(csv, scaled):
    df = pd.read_csv(csv, float_precision="round_trip").astype(float)
    X, y = df.drop(columns="y").to_numpy(), df["y"].to_numpy()
    if not scaled:
        m = LinearRegression().fit(X, y)
        return [m.intercept_, *m.coef_]
    s = StandardScaler().fit(X)
    m = LinearRegression().fit(s.transform(X), y)
    b = m.coef_ / s.scale_
    return [m.intercept_ - b @ s.mean_, *b]


def digits(got, want):
    """-log10 of the relative error, at most 15."""
    off = abs(Decimal(got) - Decimal(want)) / abs(Decimal(want))
    return 15.0 if off == 0 else min(15.0, float(-off.log10()))


certified = json.loads((data / "certified.json").read_text())["linear"]
for name, c in certified.items():
    csv = data / f"{name}.csv"
    row = [here(csv), lm(csv), sklearn(csv, False), sklearn(csv, True)]
    print(name, *("%.1f" % min(digits(g, w) for g, w in zip(b, c["coefficients"])) for b in row))
