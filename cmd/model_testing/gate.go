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

// gate fails if a figure is not good enough, or not defined.
func gate(o *options, r *metrics.Report) error {
	for _, g := range []struct {
		name  string
		value *float64
		limit float64
		sign  float64
	}{
		{"R²", r.R2, o.minR2, 1},
		{"MSE", r.MSE, o.maxMSE, -1},
		{"skill over the training mean", r.Skill.Mean, o.minSkill, 1},
	} {
		switch {
		case math.IsNaN(g.limit):
		case g.value == nil:
			return cli.Gatef("quality gate: %s is not defined (%s)", g.name, r.Reason)
		case !(g.sign**g.value >= g.sign*g.limit):
			side := map[float64]string{1: "below", -1: "above"}[g.sign]
			return cli.Gatef("quality gate: %s %v is %s %v", g.name, *g.value, side, g.limit)
		}
	}
	return nil
}
