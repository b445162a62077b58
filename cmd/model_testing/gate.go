package main

import (
	"fmt"
	"math"
	"strings"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/report"
)

// gate is a condition that can be asked for: a figure is good enough, and defined.
type gate struct {
	flag      string
	low, high float64 // what may be asked for
	not       string  // what is said of anything else
	judge     func(r *metrics.Report, limit float64) (text string, passed bool)
}

// gates are all of them but that of the rows, minScored, which comes with any other.
var gates = []gate{
	{"min-r2", math.Inf(-1), 1, "is above 1, which no R² is",
		least("R²", func(r *metrics.Report) *float64 { return r.R2 })},
	{"max-mse", 0, math.Inf(1), "is below 0, which no MSE is", most("MSE", func(r *metrics.Report) *float64 { return r.MSE })},
	{"min-skill", math.Inf(-1), 1, "is above 1, which no skill is",
		least("skill over the training mean", func(r *metrics.Report) *float64 { return r.SkillMean })},
	{"min-coverage", 0, 1, "is not a share from 0 to 1",
		least("coverage of the 95 % intervals", func(r *metrics.Report) *float64 { return r.Coverage })},
	{"min-gain", math.Nextafter(-1, 0), math.Nextafter(1, 0), "is not a share between -1 and 1", gain},
	{"max-drift", 0, math.Inf(1), "is below 0, which no drift is", drift},
	minScored,
}

var minScored = gate{"min-scored", 0, 1, "is not a share from 0 to 1", scored}

// usualScored is the share of the rows with a target that must be scored for any gate.
const usualScored = 0.5

// gateFlags defines the flags of the gates, and returns their names.
func (o *options) gateFlags() (names []string) {
	o.limits = map[string]float64{}
	for _, g := range gates {
		names = append(names, g.flag)
		o.Func(g.flag, "", func(s string) (err error) {
			o.limits[g.flag], err = cli.ParseNumber(s)
			return err
		})
	}
	return names
}

// checkGates reports what no figure can be.
func (o *options) checkGates() error {
	for _, g := range gates {
		if limit, asked := o.limits[g.flag]; asked && (limit < g.low || limit > g.high) {
			return cli.Usagef("-%s %v %s", g.flag, limit, g.not)
		}
	}
	return nil
}

// judge says of every condition that was asked for whether it is met.
func (o *options) judge(r *metrics.Report) (judged []report.Gate) {
	if _, asked := o.limits[minScored.flag]; !asked && len(o.limits) > 0 {
		o.limits[minScored.flag] = usualScored
	}
	for _, g := range gates {
		if limit, asked := o.limits[g.flag]; asked {
			text, passed := g.judge(r, limit)
			judged = append(judged, report.Gate{Text: text, Passed: passed})
		}
	}
	return judged
}

// least and most judge a figure of which a limit is the smallest, or the largest, value that
// passes.
func least(name string, value func(*metrics.Report) *float64) func(*metrics.Report, float64) (string, bool) {
	return func(r *metrics.Report, limit float64) (string, bool) {
		v := value(r)
		if v == nil {
			return fmt.Sprintf("%s is not defined (%s)", name, r.Reason), false
		}
		return fmt.Sprintf("%s %v is %sbelow %v", name, *v, notIf(*v >= limit), limit), *v >= limit
	}
}

func most(name string, value func(*metrics.Report) *float64) func(*metrics.Report, float64) (string, bool) {
	return func(r *metrics.Report, limit float64) (string, bool) {
		v := value(r)
		if v == nil {
			return fmt.Sprintf("%s is not defined (%s)", name, r.Reason), false
		}
		return fmt.Sprintf("%s %v is %sabove %v", name, *v, notIf(*v <= limit), limit), *v <= limit
	}
}

// gain judges what is gained over another model.
func gain(r *metrics.Report, limit float64) (string, bool) {
	c := r.Compare(limit)
	switch {
	case c == nil:
		return "the gain over another model is not defined: nothing was compared (-against)", false
	case c.Low == nil || c.High == nil:
		return "the gain over the other model is not defined: fewer than two clusters of rows can be compared", false
	}
	sure, less := *c.Low > 0, ""
	if limit != 0 {
		less = fmt.Sprintf(" less %v times that one's", limit)
	}
	return fmt.Sprintf("the MSE is %ssurely lower than the other model's by more than the share %v (the gain%s is %.4g to %.4g)",
		notIf(!sure), limit, less, *c.Low, *c.High), sure
}

// drift judges by how many times what is usual among training's parts a column may be farther
// from training.
func drift(r *metrics.Report, limit float64) (string, bool) {
	if len(r.Drift) == 0 {
		return "drift is not defined: it needs a test file of 30 rows that can be predicted, and two folds of 30 training rows", false
	}
	worst := &r.Drift[0]
	passed := worst.Within(limit)
	return fmt.Sprintf("the drift of %s is %sabove %v times what is usual (PSI %v, beyond chance %v, usual %v)", worst.Name(),
		notIf(passed), limit, worst.PSI, worst.Excess, worst.Usual), passed
}

// scored judges the share of the rows.
func scored(r *metrics.Report, limit float64) (string, bool) {
	share := r.Scored()
	switch {
	case share >= limit:
		return fmt.Sprintf("%.3g %% of the rows with a target could be scored", 100*share), true
	case math.IsNaN(share):
		return "no row has a target to be scored with", false
	}
	return fmt.Sprintf("only %.3g %% of the rows with a target could be scored%s, and -min-scored is %v", 100*share,
		cli.Aside(r.Unscored), limit), false
}

// notIf is "not " if something holds.
func notIf(holds bool) string {
	if holds {
		return "not "
	}
	return ""
}

// failed fails if one of the conditions is not met, and names all that are not.
func failed(judged []report.Gate) error {
	var failed []string
	for _, g := range judged {
		if !g.Passed {
			failed = append(failed, g.Text)
		}
	}
	if failed == nil {
		return nil
	}
	return cli.Gatef("quality gate: %s", strings.Join(failed, "; "))
}
