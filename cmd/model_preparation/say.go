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
	choice := "the coefficients are those of least norm; model_preprocessing -features, or a lower -annual or -daily, " +
		"can leave one out"
	effect := "counts as the average category; train on a file that has it"
	if s.Alpha > 0 {
		choice, effect = "the penalty shares the effect among them", "has no effect of its own"
	}
	for _, relation := range s.Relations {
		o.Warnf("collinear: %s; %s", relation, choice)
	}
	for _, level := range s.Absent {
		o.Warnf("no row has %s: it %s", level, effect)
	}
	if s.StdErrorReason != "" {
		try := "more rows or fewer columns leave some"
		if s.ResidualStd != nil {
			try = "is the target among the columns?"
		}
		o.Warnf("no standard errors: %s; %s", s.StdErrorReason, try)
	}
	o.Table(coefficientTable(s), " coefficients, in "+regression.Twin(o.out))
	if s.R2 > 1-1e-9 && s.StdErrorReason == "" {
		o.Warnf("every row is fitted all but exactly: is the target, or a sum of columns that gives it, among them?")
	} else {
		sayRobust(o, s)
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

// sayRobust says which standard errors to trust.
func sayRobust(o *options, s *regression.Summary) {
	if name, factor := s.Wider(); name != "" {
		why := "neighbouring rows resemble each other"
		switch {
		case s.Clusters.Kind == "datasets":
			why = "rows of one dataset resemble each other"
		case s.Time == "":
			why = "errors are larger in some places than in others"
		}
		o.Logf("the robust standard error of %q is %.1f times the classical one, as it is where %s; trust "+
			"std_error_robust", name, factor, why)
	}
	if s.Clusters.Few() {
		o.Warnf("the robust standard errors are of %d clusters only, and rough; more rows or -folds make more", s.Clusters.N)
	}
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
