import json, sys
from features import load
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.preprocessing import StandardScaler

X, y = load(sys.argv[1], "weather")
scaler = StandardScaler(copy=False).fit(X)
model = LinearRegression(copy_X=False).fit(scaler.transform(X, copy=False), y)
X, y = load(sys.argv[2], "weather")
p = model.predict(scaler.transform(X, copy=False))
print(json.dumps([mean_squared_error(y, p), r2_score(y, p)]))
