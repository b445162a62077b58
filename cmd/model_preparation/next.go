package main

import (
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
)

// sayNext says how to forecast with a model that has lags.
func sayNext(o *options, s *scaler.Scaler, m *regression.Model) {
	if len(s.Lags) == 0 || s.Time == "" {
		return
	}
	name := m.Datasets[0].Name
	last := m.Pasts(1)[name].Last
	o.Logf("the next file that goes on where a dataset ends, under its name (%s.csv one step behind %v), finds its lags "+
		"here; of times and features alone it is a forecast: model_testing -predictions FILE", name, last)
}
