"""The simulated station of internal/weather, with numpy and pandas."""
import os, sys

import numpy as np
import pandas as pd
from scipy.signal import lfilter

folder, rows, test = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(42)
step = 60.0
t = 1577836800 + step * np.arange(rows)


def process(hours):
    keep = np.exp(-step / 3600 / hours)
    noise = np.sqrt(1 - keep**2) * rng.standard_normal(rows)
    noise[0] = rng.standard_normal()
    return lfilter([1], [1, -keep], noise)


s, p, n, h, u, v = (process(tau) for tau in (72, 48, 18, 24, 12, 12))
year, day = 2 * np.pi * (t % 31556952) / 31556952, 2 * np.pi * (t % 86400) / 86400
season = np.cos(year - 3.4)
pressure = np.round(1013.2 + 8 * (0.8 * s + 0.6 * p), 1)
cloud = np.clip(np.round(4.5 + 2.5 * (-0.6 * s + 0.8 * n)), 0, 8)
humidity = np.clip(np.round(70 - 6 * season + 11 * (-0.4 * s + 0.917 * h), 1), 0, 100)
wind = np.round(2.6 * np.hypot(u, v), 1)
temperature = (11 + 8.5 * season + 0.8 * np.cos(2 * year - 1) + 4 * (1 - 0.7 * cloud / 8) * np.cos(day - 2 * np.pi * 15 / 24)
               - 0.06 * (humidity - 70) + 0.18 * (pressure - 1013.2) - 0.25 * (wind - 3.3) - 0.45 * (cloud - 4.5)
               + 0.3 * rng.standard_normal(rows))
df = pd.DataFrame({
    "timestamp": pd.to_datetime(t, unit="s", utc=True).strftime("%Y-%m-%dT%H:%M:%SZ"), "temperature": np.round(temperature, 2),
    "humidity": humidity, "pressure": pressure, "wind_speed": wind, "cloud_cover": cloud.astype(int),
})
os.makedirs(folder + "/train", exist_ok=True)
os.makedirs(folder + "/test", exist_ok=True)
df.iloc[: rows - test].to_csv(folder + "/train/clean.csv", index=False)
df.iloc[rows - test :].to_csv(folder + "/test/clean.csv", index=False)
