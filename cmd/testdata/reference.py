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
from sklearn.preprocessing import OneHotEncoder, StandardScaler

YEAR = 31556952  # seconds in 365.2425 days


def load(folder, case, before=None):
    """Rows of all files; those of before that have the same name give the first rows their lags."""
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
        y = df[case["target"]]
        if before and case["lags"]:
            y = pd.concat([pd.read_csv(before / path.name, float_precision="round_trip")[case["target"]], y])
        for k in case["lags"]:
            df[f"{case['target']}_lag_{k}"] = y.shift(k).to_numpy()[-len(df):]
            columns.append(f"{case['target']}_lag_{k}")
        frames.append(df[columns + [case["target"]]].dropna())
    df = pd.concat(frames)
    return df[columns], df[case["target"]].to_numpy()


def expand(words, X, Xt, **settings):
    """Puts the columns of a OneHotEncoder in the place of a column of words."""
    if not words:
        return X.to_numpy(), Xt.to_numpy(), []
    encoder = OneHotEncoder(sparse_output=False, **settings).fit(X[[words]])
    at = list(X).index(words)
    out = [np.column_stack([df.iloc[:, :at], encoder.transform(df[[words]]), df.iloc[:, at + 1:]]).astype(float)
           for df in (X, Xt)]
    return *out, [at + k for k in range(len(encoder.get_feature_names_out()))]


def figures(folder, case):
    train, y = load(folder / "train", case)
    test, yt = load(folder / "test", case, folder / "train")
    pool = {"max_categories": case["max_levels"]} if case["max_levels"] else {}
    X, Xt, levels = expand(case["words"], train, test, **pool)
    scaler = StandardScaler().fit(X)
    Z, Zt = scaler.transform(X), scaler.transform(Xt)
    coef = np.zeros(X.shape[1])
    used = np.arange(len(coef))
    if levels and not case["alpha"]:  # least squares leaves out the most frequent level
        used = np.delete(used, levels[np.argmax(X[:, levels].sum(axis=0))])
    Z, Zt = Z[:, used], Zt[:, used]
    model = Ridge(alpha=case["alpha"], solver="svd") if case["alpha"] else LinearRegression()
    model.fit(Z, y)
    coef[used] = model.coef_
    p = model.predict(Zt)
    if levels and not case["alpha"]:  # whatever is left out, the predictions are the same
        A, At, _ = expand(case["words"], train, test, drop="first", **pool)
        assert np.allclose(LinearRegression().fit(A, y).predict(At), p, rtol=1e-9, atol=0)
    out = {
        "mean": scaler.mean_.tolist(), "var": scaler.var_.tolist(), "scale": scaler.scale_.tolist(),
        "n_samples_seen": int(scaler.n_samples_seen_),
        "standardized": coef.tolist(), "train_r2": model.score(Z, y),
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
