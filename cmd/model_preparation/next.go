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
	o.Logf("to forecast, name a file of times and features %s.csv, begin it one step after %v and run model_testing "+
		"-predictions FILE: its first lags are in the model", name, last)
}
