package main

import (
	"fmt"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
)

// say tells what came of a model.
func say(o *options, s *regression.Summary, shape string) {
	o.Table(coefficientTable(s), " coefficients, in "+regression.Twin(o.out))
	for _, finding := range s.Findings() {
		o.Warnf("%s", finding)
	}
	sayTerms(o, s)
	if o.auto && len(s.CV.Path) > 0 {
		o.Logf("alpha %.4g chosen of %d by cross-validation", s.Alpha, len(s.CV.Path))
	}
	if s.CV.Reason != "" {
		o.Warnf("no cross-validation: %s; use fewer -folds, more rows or fewer columns", s.CV.Reason)
	} else {
		r2 := "n/a"
		if s.CV.R2 != nil {
			r2 = fmt.Sprintf("%.4f", *s.CV.R2)
		}
		o.Logf("cross-validation, %d folds: MSE %.4f ± %.4f, R² %s", s.CV.Folds, *s.CV.MSE, *s.CV.MSEStd, r2)
	}
	o.Logf("%s; %s, R² %.4f, condition %.3g; in %s → %s", shape,
		cli.Plural(len(s.Coefficients)+1-len(s.Reference), "coefficient", "coefficients"), s.R2, s.Condition, o.Took(), o.out)
}

// sayForgotten says which files the model before held and this one does not.
func sayForgotten(o *options, m *regression.Model) {
	if artifact.Direct(o.out) {
		return
	}
	old, _, err := regression.ReadLight(o.out)
	if err != nil {
		return // there is none to be missed
	}
	held := m.IDs()
	var gone []string
	for _, id := range old.IDs() {
		if _, found := slices.BinarySearchFunc(held, id, dataset.Compare); !found {
			gone = append(gone, id.Name)
		}
	}
	if n := len(gone); n > 0 {
		more := ""
		if n > 4 {
			more = " …"
		}
		o.Logf("the model before held %s that this one does not: %s%s; -append adds to a model and keeps them",
			cli.Plural(n, "file", "files"), table.Quote(gone[:min(4, n)]), more)
	}
}

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
