"""Reads a CSV, puts it in order of time and cuts off its last fifth, by pandas."""
import sys

import pandas as pd

source, train, test = sys.argv[1:]
df = pd.read_csv(source, parse_dates=["timestamp"]).sort_values("timestamp", kind="stable")
cut = len(df) - len(df) // 5
df.iloc[:cut].to_csv(train, index=False)
df.iloc[cut:].to_csv(test, index=False)
