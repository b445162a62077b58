package metrics

import (
	"cmp"
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
	if len(s.Datasets) == 0 && s.Shard == nil {
		return errors.New("there is no dataset")
	}
	if p := s.Shard; p != nil && (p.N < 1 || p.I < 0 || p.I >= p.N) {
		return fmt.Errorf("%v is none", p)
	}
	for _, c := range s.Columns {
		if len(c.Edges) >= tenths || len(c.Middles) > 0 && len(c.Middles) != c.bins() {
			return fmt.Errorf("the bins of column %q are none", c.Name)
		}
	}
	if !s.Training.Fits(s.Columns) {
		return errors.New("what is known of training is not of the columns")
	}
	var rows, unseen int64
	for i := range s.Datasets {
		d := &s.Datasets[i]
		if err := d.check(); err != nil {
			return fmt.Errorf("dataset %q: %w", d.Name, err)
		}
		if !s.Columns.Fit(d.Cells) || len(d.Shift) > 0 && len(d.Shift) != len(s.Terms) {
			return fmt.Errorf("dataset %q: other columns or terms than the model's", d.Name)
		}
		rows, unseen = rows+d.Pattern.N, unseen+d.Unseen
	}
	if unseen != s.Unseen.Cells {
		return errors.New("the cells of unseen levels are not those of the datasets")
	}
	return cmp.Or(s.Counts.check(rows), s.ByBin.check(s.Columns, rows))
}

func (d *Dataset) check() error {
	all := d.Errors()
	n, compared := all.Residual.N, d.Clusters.All()
	switch {
	case d.Rows != n+d.Unscored.Total() || n > 1e12:
		return fmt.Errorf("%d rows are not the %d that were scored and the %d that were not", d.Rows, n,
			d.Unscored.Total())
	case d.Outside > n || d.Irregular > d.Rows || compared.N > n || compared.Common > n || d.Clusters.Nearer > compared.Common:
		return errors.New("more rows are counted than there are")
	case len(d.Before) > mostPeriods:
		return errors.New("training is cut into too many slices")
	case !slices.IsSorted(d.Sketch.Least):
		return errors.New("the sample of rows is out of order")
	}
	for _, c := range d.Clusters.Blocks {
		if c.Model < 0 || c.Rival < 0 || c.N < c.Common || c.Common == 0 && c.Model+c.Rival > 0 {
			return errors.New("the clusters of rows are none")
		}
	}
	for _, errs := range []*Errors{&d.Normal, &d.Anomalous, &all} {
		if err := errs.check(); err != nil {
			return err
		}
	}
	return cmp.Or(d.Pattern.check(&all), d.Timeline.check(n))
}

// check reports errors that Add does not make.
func (e *Errors) check() error {
	n := e.Residual.N
	squares := e.squares().Value()
	sums := []float64{e.Abs.Value()}
	for k, b := range e.Baselines {
		if k == trainMean && b.N != n || b.N > n || b.N == 0 && b != (Baseline{}) || b.Model.Value() > squares*(1+1e-6) {
			return errors.New("the errors of a baseline do not fit the model's")
		}
		sums = append(sums, b.Self.Value(), b.Model.Value())
	}
	h := &e.Intervals
	for l := range Nominal {
		sums = append(sums, h.Width[l].Value(), h.Beyond[l].Value())
	}
	switch {
	case n == 0 && *e != Errors{}:
		return errors.New("there are sums of no rows")
	case n > 0 && !e.finite() || slices.Max(sums) > math.MaxFloat64/mostFiles || slices.Min(sums) < 0:
		return errors.New("the squares overflow")
	case e.Target.N != n || e.Abs.Value() > float64(n)*e.max()*(1+1e-9):
		return errors.New("the moments are none")
	case h.N != 0 && h.N != n || h.N == 0 && *h != Held{} || !slices.IsSorted(h.Inside[:]) || h.Inside[len(Nominal)-1] > n:
		return errors.New("the intervals are not of the rows")
	}
	return nil
}

// check reports a pattern that is not of the rows with these errors.
func (p *Pattern) check(e *Errors) error {
	n := e.Residual.N
	if p.N != n || p.Powers[1] < 0 || p.Powers[3] < 0 || p.Steps < 0 {
		return errors.New("the pattern is not of the rows")
	}
	for _, lag := range p.Lags {
		if lag.N > n || lag.N == 0 && lag != (Lag{}) || math.Abs(lag.Product) > p.Powers[1]*(1+1e-6) {
			return errors.New("the pairs of rows are none")
		}
	}
	for _, bins := range [][]Bin{p.Months[:], p.Tenths[:]} {
		var rows int64
		for _, b := range bins {
			if b.N == 0 && b != (Bin{}) || b.Squares < 0 || math.Abs(b.Predicted) > float64(b.N)*e.size()*(1+1e-9) ||
				math.Abs(b.Residual) > float64(b.N)*e.max()*(1+1e-9) {
				return errors.New("there are sums of no rows")
			}
			rows += b.N
		}
		if timeless := len(bins) == months && rows == 0; rows != n && !timeless {
			return errors.New("the errors by month or by prediction are not those of the rows")
		}
	}
	return nil
}

// check reports counts that are not of so many rows.
func (c *Counts) check(rows int64) error {
	var bars, cells int64
	for _, n := range c.Histogram {
		bars += n
	}
	for _, column := range c.Density {
		for _, n := range column {
			cells += n
		}
	}
	const largest = 1e200 // squares of which nothing more can be said
	if bars != rows || cells != rows || c.Width < 0 || rows > 0 && c.Width < 1e-200 || c.Width > largest ||
		math.Abs(c.From) > largest {
		return fmt.Errorf("the counts are not of %d rows", rows)
	}
	return nil
}

// check reports periods that are none of a file with so many scored rows.
func (l *Timeline) check(scored int64) error {
	const latest, largest = 1e8, 1e200 // hours, and more days than there are in the years to 9999; of a sum
	var rows int64
	for i, p := range l.Periods {
		if l.Step < 0 || l.Step > century || p.At < -latest || p.At > latest || p.Rows < 1 || p.Anomalous > p.Rows ||
			p.Half < 0 || i > 0 && p.At <= l.Periods[i-1].At || p.At-l.Periods[0].At > mostPeriods ||
			max(math.Abs(p.Actual), math.Abs(p.Predicted), p.Half) > largest {
			return errors.New("the periods of time are none")
		}
		rows += p.Rows
	}
	if len(l.Periods) > 0 && rows != scored {
		return errors.New("the periods of time are not those of the rows")
	}
	return nil
}
