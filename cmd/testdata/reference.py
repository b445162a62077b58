#!/usr/bin/env python3
"""Writes reference.json: what scikit-learn makes of the pipeline's data.

    python3 reference.py FOLDER > reference.json

FOLDER holds one folder per case, in each the train and test files. The tests
need no Python; they compare with the committed reference.json.
"""
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import explained_variance_score, max_error, mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import KFold, PredefinedSplit, cross_val_score
from sklearn.preprocessing import StandardScaler

YEAR = 31556952  # seconds in 365.2425 days


def load(folder, case):
    frames = []
    for path in sorted(folder.glob("*.csv")):
        df = pd.read_csv(path, float_precision="round_trip")
        columns = [c for c in df if c not in (case["time"], case["target"])]
        if case["time"]:
            when = pd.to_datetime(df[case["time"]], utc=True)
            seconds = when.map(lambda t: t.timestamp()).to_numpy()
            for k in range(1, case["annual"] + 1):
                angle = 2 * np.pi * k * (seconds % YEAR) / YEAR
                df[f"annual_sin_{k}"], df[f"annual_cos_{k}"] = np.sin(angle), np.cos(angle)
                columns += [f"annual_sin_{k}", f"annual_cos_{k}"]
        for k in case["lags"]:
            df[f"{case['target']}_lag_{k}"] = df[case["target"]].shift(k)
            columns.append(f"{case['target']}_lag_{k}")
        frames.append(df[columns + [case["target"]]].dropna())
    df = pd.concat(frames)
    return df[columns].to_numpy(), df[case["target"]].to_numpy()


def figures(folder, case):
    X, y = load(folder / "train", case)
    Xt, yt = load(folder / "test", case)
    scaler = StandardScaler().fit(X)
    Z, Zt = scaler.transform(X), scaler.transform(Xt)
    model = Ridge(alpha=case["alpha"], solver="svd") if case["alpha"] else LinearRegression()
    model.fit(Z, y)
    p = model.predict(Zt)
    out = {
        "mean": scaler.mean_.tolist(), "var": scaler.var_.tolist(), "scale": scaler.scale_.tolist(),
        "n_samples_seen": int(scaler.n_samples_seen_),
        "standardized": model.coef_.tolist(), "train_r2": model.score(Z, y),
        "mse": mean_squared_error(yt, p), "mae": mean_absolute_error(yt, p), "r2": r2_score(yt, p),
        "max_error": max_error(yt, p), "bias": float(np.mean(p - yt)),
        "explained_variance": explained_variance_score(yt, p),
    }
    if case["files"] == 1:
        folds = KFold(10) if case["time"] else PredefinedSplit(np.arange(len(y)) % 10)  # row by row
        scores = -cross_val_score(model, Z, y, cv=folds, scoring="neg_mean_squared_error")
        out["cv_mse"], out["cv_mse_std"] = scores.mean(), scores.std()
        out["cv_r2"] = cross_val_score(model, Z, y, cv=folds, scoring="r2").mean()
    return out


def main():
    folder = Path(sys.argv[1])
    cases = json.loads((folder / "cases.json").read_text())
    for case in cases:
        case["want"] = figures(folder / case["name"], case)
    json.dump(cases, sys.stdout, indent=1)
    print()


main()
