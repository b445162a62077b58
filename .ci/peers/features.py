"""What the three stages share: reading a CSV and making X and y of it."""
import os

# Current OpenBLAS chooses its kernel itself.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import numpy as np
import pandas as pd

FEATURES = ["humidity", "pressure", "wind_speed", "cloud_cover"]
YEAR = 31556952  # seconds in 365.2425 days


def load(path, words=None):
    df = pd.read_csv(path, dtype={c: "float64" for c in FEATURES + ["temperature"]}).dropna()
    # Several times faster than parse_dates.
    seconds = pd.to_datetime(df["timestamp"], utc=True).astype("int64").to_numpy() // 10**9
    angle = 2 * np.pi * (seconds % YEAR) / YEAR
    X = df[FEATURES].to_numpy()
    X = np.column_stack([X, np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)])
    if words:
        X = np.column_stack([X, pd.get_dummies(df[words], drop_first=True)])
    return X, df["temperature"].to_numpy()
