package main

import (
	"fmt"
	"math"
	"strings"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/report"
)

// number reads a flag's number.
func number(to *float64) func(string) error {
	return func(s string) (err error) {
		*to, err = cli.ParseNumber(s)
		return err
	}
}

// gates are the conditions that were asked for, and whether they are met: a figure
// is good enough, and defined, and of enough of the rows. That of the rows comes
// with any other.
func gates(o *options, r *metrics.Report) (gates []report.Gate) {
	add := func(passed bool, format string, args ...any) {
		gates = append(gates, report.Gate{Text: fmt.Sprintf(format, args...), Passed: passed})
	}
	for _, g := range []struct {
		name  string
		value *float64
		limit float64 // NaN for none
		most  bool    // the limit is the largest value that passes, not the smallest
	}{
		{"R²", r.R2, o.minR2, false},
		{"MSE", r.MSE, o.maxMSE, true},
		{"skill over the training mean", r.SkillMean, o.minSkill, false},
		{"coverage of the 95 % intervals", r.Coverage, o.minCoverage, false},
	} {
		if math.IsNaN(g.limit) {
			continue
		}
		if g.value == nil {
			add(false, "%s is not defined (%s)", g.name, r.Reason)
			continue
		}
		passed, worse := *g.value >= g.limit, "below"
		if g.most {
			passed, worse = *g.value <= g.limit, "above"
		}
		add(passed, "%s %v is %s%s %v", g.name, *g.value, notIf(passed), worse, g.limit)
	}
	if c := r.Compare(o.minGain); !math.IsNaN(o.minGain) {
		switch {
		case c == nil:
			add(false, "the gain over another model is not defined: nothing was compared (-against)")
		case c.Low == nil:
			add(false, "the gain over the other model is not defined: fewer than two clusters of rows can be compared")
		default:
			sure := *c.Low > 0
			add(sure, "the MSE is %ssurely lower than the other model's by more than the share %v (the gain is %v "+
				"to %v)", notIf(!sure), o.minGain, *c.Low, *c.High)
		}
	}
	share := r.Scored()
	switch {
	case len(gates) == 0 && !o.IsSet("min-scored"):
	case share >= o.minScored:
		add(true, "%.3g %% of the rows with a target could be scored", 100*share)
	case math.IsNaN(share):
		add(false, "no row has a target to be scored with")
	default:
		add(false, "only %.3g %% of the rows with a target could be scored%s, and -min-scored is %v", 100*share,
			cli.Aside(r.Unscored), o.minScored)
	}
	return gates
}

// notIf is "not " if something holds.
func notIf(holds bool) string {
	if holds {
		return "not "
	}
	return ""
}

// gate fails if one of them is not met, and names all that are not.
func gate(gates []report.Gate) error {
	var failed []string
	for _, g := range gates {
		if !g.Passed {
			failed = append(failed, g.Text)
		}
	}
	if failed == nil {
		return nil
	}
	return cli.Gatef("quality gate: %s", strings.Join(failed, "; "))
}
