package metrics

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/artifact"
)

const mostFiles = 1e6 // whose sums must not overflow together

// check reports sums that no test has: what has a valid checksum may still be forged.
// What passes has finite figures. That the datasets do not overlap is for New.
func (s *Sums) check() error {
	if field := artifact.Impossible(s, math.MaxFloat64); field != "" {
		return fmt.Errorf("what stands for %s is not possible", field)
	}
	fit := s.Training.Fits(s.Columns) && (len(s.Datasets) > 0 || s.Shard != nil) &&
		(s.Shard == nil || s.Shard.I >= 0 && s.Shard.I < s.Shard.N)
	for _, c := range s.Columns {
		fit = fit && len(c.Edges) < tenths && (len(c.Middles) == 0 || len(c.Middles) == c.bins())
	}
	var rows, unseen int64
	for i := range s.Datasets {
		d := &s.Datasets[i]
		if !d.possible() {
			return fmt.Errorf("the sums of dataset %q are not of its rows", d.Name)
		}
		fit = fit && s.Columns.Fit(d.Cells) && (len(d.Shift) == 0 || len(d.Shift) == len(s.Terms))
		rows, unseen = rows+d.Pattern.N, unseen+d.Unseen
	}
	if !fit || unseen != s.Unseen.Cells || !s.Counts.possible(rows) || !s.ByBin.possible(s.Columns, rows) {
		return errors.New("its sums are not of the same columns and rows")
	}
	return nil
}

func (d *Dataset) possible() bool {
	n, compared := d.Errors.Residual.N, d.Clusters.All()
	for _, c := range d.Clusters.Blocks {
		if c.Model < 0 || c.Rival < 0 || c.N < c.Common || c.Common == 0 && c.Model+c.Rival > 0 {
			return false
		}
	}
	return d.Rows == n+d.Unscored.Total() && n <= 1e12 && d.Irregular <= d.Rows && len(d.Before) <= mostPeriods &&
		compared.N <= n && compared.Common <= n && d.Clusters.Nearer <= compared.Common &&
		slices.IsSorted(d.Sketch.Least) && d.Errors.possible() && d.Pattern.possible(&d.Errors) && d.Timeline.possible(n)
}

// possible reports whether errors are such as Add makes.
func (e *Errors) possible() bool {
	n := e.Residual.N
	squares := e.squares().Value()
	sums := []float64{e.Abs.Value()}
	for k, b := range e.Baselines {
		if k == trainMean && b.N != n || b.N > n || b.N == 0 && b != (Baseline{}) || b.Model.Value() > squares*(1+1e-6) {
			return false
		}
		sums = append(sums, b.Self.Value(), b.Model.Value())
	}
	h := &e.Intervals
	return (n > 0 && e.finite() || *e == Errors{}) && slices.Max(sums) <= math.MaxFloat64/mostFiles && slices.Min(sums) >= 0 &&
		e.Target.N == n && e.Abs.Value() <= float64(n)*e.max()*(1+1e-9) &&
		(h.N == n || *h == Held{}) && slices.IsSorted(h.Inside[:]) && h.Inside[len(Nominal)-1] <= n
}

// possible reports whether a pattern is of the rows with these errors.
func (p *Pattern) possible(e *Errors) bool {
	n := e.Residual.N
	for _, lag := range p.Lags {
		if lag.N > n || lag.N == 0 && lag != (Lag{}) || math.Abs(lag.Product) > p.Powers[1]*(1+1e-6) {
			return false
		}
	}
	for _, bins := range [][]Bin{p.Months[:], p.Tenths[:]} {
		var rows int64
		for _, b := range bins {
			if b.N == 0 && b != (Bin{}) || b.Squares < 0 || math.Abs(b.Predicted) > float64(b.N)*e.size()*(1+1e-9) ||
				math.Abs(b.Residual) > float64(b.N)*e.max()*(1+1e-9) {
				return false
			}
			rows += b.N
		}
		if timeless := len(bins) == months && rows == 0; rows != n && !timeless {
			return false
		}
	}
	return p.N == n && p.Powers[1] >= 0 && p.Powers[3] >= 0 && p.Steps >= 0
}

// possible reports whether counts are of so many rows.
func (c *Counts) possible(rows int64) bool {
	var bars, cells int64
	for _, n := range c.Histogram {
		bars += n
	}
	for _, row := range c.Density {
		for _, n := range row {
			cells += n
		}
	}
	const least, largest = 1e-200, 1e200 // squares beyond which nothing more can be said
	return bars == rows && cells == rows && (rows == 0 && c.Width == 0 || c.Width >= least) && c.Width <= largest &&
		math.Abs(c.From) <= largest
}

// possible reports whether periods are those of a file with so many scored rows.
func (l *Timeline) possible(scored int64) bool {
	const latest, largest = 1e8, 1e200 // hours, and more days than there are in the years to 9999; of a sum
	var rows int64
	for i, p := range l.Periods {
		if l.Step < 0 || l.Step > century || p.At < -latest || p.At > latest || p.Rows < 1 || p.Anomalous > p.Rows || p.Half < 0 ||
			i > 0 && p.At <= l.Periods[i-1].At || p.At-l.Periods[0].At > mostPeriods ||
			max(math.Abs(p.Actual), math.Abs(p.Predicted), p.Half) > largest {
			return false
		}
		rows += p.Rows
	}
	return len(l.Periods) == 0 || rows == scored
}
