package main

import (
	"errors"
	"math"
	"strconv"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/metrics"
)

// number reads a flag's number.
func number(to *float64) func(string) error {
	return func(s string) (err error) {
		*to, err = strconv.ParseFloat(s, 64)
		if err == nil && (math.IsNaN(*to) || math.IsInf(*to, 0)) {
			return errors.New("is not finite")
		}
		return err
	}
}

// gate fails if a figure is not good enough, or not defined, or is of too few
// of the rows.
func gate(o *options, r *metrics.Report) error {
	gates := 0
	for _, g := range []struct {
		name  string
		value *float64
		limit float64 // NaN for none
		most  bool    // the limit is the largest value that passes, not the smallest
	}{
		{"R²", r.R2, o.minR2, false},
		{"MSE", r.MSE, o.maxMSE, true},
		{"skill over the training mean", r.Skill.Mean, o.minSkill, false},
		{"coverage of the 95 % intervals", r.Coverage(), o.minCoverage, false},
	} {
		if math.IsNaN(g.limit) {
			continue
		}
		gates++
		switch {
		case g.value == nil:
			return cli.Gatef("quality gate: %s is not defined (%s)", g.name, r.Reason)
		case g.most && !(*g.value <= g.limit):
			return cli.Gatef("quality gate: %s %v is above %v", g.name, *g.value, g.limit)
		case !g.most && !(*g.value >= g.limit):
			return cli.Gatef("quality gate: %s %v is below %v", g.name, *g.value, g.limit)
		}
	}
	share := r.Scored()
	switch {
	case gates == 0 && !o.IsSet("min-scored") || share >= o.minScored:
		return nil
	case math.IsNaN(share):
		return cli.Gatef("quality gate: no row has a target to be scored with")
	}
	return cli.Gatef("quality gate: only %.3g %% of the rows with a target could be scored%s, and -min-scored is %v",
		100*share, cli.Aside(r.Unscored), o.minScored)
}
