import json, sys
from features import load
import joblib
from sklearn.linear_model import LinearRegression

X, y = load(sys.argv[1])
scaler = joblib.load(sys.argv[2])
model = LinearRegression(copy_X=False).fit(scaler.transform(X, copy=False), y)
joblib.dump(model, sys.argv[3])
print(json.dumps((model.coef_ / scaler.scale_).tolist()))
