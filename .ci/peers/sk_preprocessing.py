import sys
from features import load
import joblib
from sklearn.preprocessing import StandardScaler

X, _ = load(sys.argv[1])
joblib.dump(StandardScaler(copy=False).fit(X), sys.argv[2])
