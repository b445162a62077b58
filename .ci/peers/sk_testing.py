import json, sys
from features import load
import joblib
from sklearn.metrics import mean_squared_error, r2_score

X, y = load(sys.argv[1])
scaler, model = joblib.load(sys.argv[2]), joblib.load(sys.argv[3])
p = model.predict(scaler.transform(X, copy=False))
print(json.dumps([mean_squared_error(y, p), r2_score(y, p)]))
