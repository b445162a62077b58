package metrics

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/moments"
)

// check reports sums that no test has: what has a valid checksum may still be forged.
// What passes has finite figures. That the datasets do not overlap is for New.
func (s *Sums) check() error {
	if err := possible("", reflect.ValueOf(s).Elem()); err != nil {
		return err
	}
	if len(s.Datasets) == 0 && s.Shard == nil {
		return errors.New("there is no dataset")
	}
	if p := s.Shard; p != nil && (p.N < 1 || p.I >= p.N) {
		return fmt.Errorf("%v is none", p)
	}
	var rows, unseen int64
	for i := range s.Datasets {
		d := &s.Datasets[i]
		if err := d.check(); err != nil {
			return fmt.Errorf("dataset %q: %w", d.Name, err)
		}
		if d.Against != nil != (s.Against != "") {
			return fmt.Errorf("dataset %q: is compared, or not, with another model", d.Name)
		}
		rows, unseen = rows+d.Pattern.N, unseen+d.Unseen
	}
	if unseen != s.Unseen.Cells {
		return errors.New("the cells of unseen levels are not those of the datasets")
	}
	return s.Counts.check(rows)
}

// possible reports, of everything in a value, numbers that are none or too large, and
// counts below 0.
func possible(path string, v reflect.Value) error {
	const (
		mostRows = 1e12 // so that many files do not overflow
		longest  = 1e5  // of a name
	)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return possible(path, v.Elem())
		}
	case reflect.Struct:
		if s, ok := v.Interface().(moments.Sum); ok && s.Hi+s.Lo != s.Hi {
			return fmt.Errorf("%s is no sum", strings.TrimPrefix(path, "."))
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				if err := possible(path+"."+f.Name, v.Field(i)); err != nil {
					return err
				}
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := possible(path, v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s is %v", strings.TrimPrefix(path, "."), x)
		}
	case reflect.Int, reflect.Int64:
		if n := v.Int(); v.Type() == reflect.TypeFor[dataset.Time]() || strings.HasSuffix(path, ".At") {
			break
		} else if n < 0 || n > mostRows {
			return fmt.Errorf("%s is %d", strings.TrimPrefix(path, "."), n)
		}
	case reflect.String:
		if v.Len() > longest {
			return fmt.Errorf("%s is %d bytes long", strings.TrimPrefix(path, "."), v.Len())
		}
	}
	return nil
}

// closeTo reports whether two sums are the same but for rounding, in units of a size.
func closeTo(a, b, size float64) bool { return math.Abs(a-b) <= 1e-6*size }

func (d *Dataset) check() error {
	all := d.Errors()
	n := all.Residual.N
	switch {
	case d.Rows != n+d.Unscored.Total():
		return fmt.Errorf("%d rows are not the %d that were scored and the %d that were not", d.Rows, n,
			d.Unscored.Total())
	case d.Outside > n || d.Irregular > d.Rows:
		return errors.New("more rows are outside or irregular than there are")
	case !slices.IsSorted(d.Sketch.Least):
		return errors.New("the sample of rows is out of order")
	}
	for _, errs := range []*Errors{&d.Normal, &d.Anomalous, &all} {
		if err := errs.check(); err != nil {
			return err
		}
	}
	if a := d.Against; a != nil {
		if err := a.check(n); err != nil {
			return err
		}
	}
	return cmp.Or(d.Pattern.check(&all), d.Timeline.check(&all, d.Anomalous.Residual.N))
}

// check reports errors that Add does not make.
func (e *Errors) check() error {
	n := e.Residual.N
	if n == 0 {
		if *e != (Errors{}) {
			return errors.New("there are sums of no rows")
		}
		return nil
	}
	if !e.finite() {
		return errors.New("the squares overflow")
	}
	squares, count := e.squares().Value(), float64(n)
	if !e.Residual.Possible() || !e.Target.Possible() || e.Target.N != n {
		return errors.New("the moments are none")
	}
	if abs := e.Abs.Value(); abs < 0 || abs > count*e.max()*(1+1e-9) ||
		math.Abs(e.Residual.Mean.Value())*count > abs*(1+1e-9) {
		return errors.New("the absolute errors do not fit the others")
	}
	for k, b := range e.Baselines {
		all := k == trainMean || k == season && b.N > 0
		if all && (b.N != n || !closeTo(b.Model.Value(), squares, squares)) || b.N > n || b.Self.Value() < 0 ||
			b.Model.Value() < 0 || b.Model.Value() > squares*(1+1e-6) || b.N == 0 && b != (Baseline{}) {
			return errors.New("the errors of a baseline do not fit the model's")
		}
	}
	h := &e.Intervals
	if h.N != 0 && h.N != n || h.N == 0 && *h != (Held{}) || !slices.IsSorted(h.Inside[:]) ||
		h.Inside[len(Nominal)-1] > n {
		return errors.New("the intervals are not of the rows")
	}
	for l := range Nominal {
		const widest = 1e200 // of all together
		if w, beyond := h.Width[l].Value(), h.Beyond[l].Value(); w < 0 || w > widest || beyond < 0 ||
			beyond > e.Abs.Value()*(1+1e-9) {
			return errors.New("the intervals are none")
		}
	}
	return nil
}

// check reports a pattern that is not of the rows with these errors.
func (p *Pattern) check(e *Errors) error {
	n := e.Residual.N
	if p.N != n || p.Powers[1] < 0 || p.Powers[3] < 0 || p.Steps < 0 ||
		math.Abs(p.Powers[0]) > math.Sqrt(float64(n)*p.Powers[1])*(1+1e-6) || n == 0 && p.Powers != [4]float64{} {
		return errors.New("the pattern is not of the rows")
	}
	for _, lag := range p.Lags {
		if lag.N > n || math.Abs(lag.Product) > p.Powers[1]*(1+1e-6) || lag.N == 0 && lag != (Lag{}) {
			return errors.New("the pairs of rows are none")
		}
	}
	for _, bins := range [][]Bin{p.Months[:], p.Tenths[:]} {
		var all Bin
		for _, b := range bins {
			if b.N == 0 && b != (Bin{}) || b.Squares < 0 || math.Abs(b.Predicted) > float64(b.N)*e.size()*(1+1e-9) {
				return errors.New("there are sums of no rows")
			}
			all.Merge(b)
		}
		timeless := len(bins) == months && all.N == 0
		if !timeless && (all.N != n || !closeTo(all.Residual, e.Residual.Mean.Value()*float64(n), e.Abs.Value()) ||
			!closeTo(all.Squares, e.squares().Value(), e.squares().Value())) {
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

// check reports periods that are none of a file with these errors, so many of them on
// anomalous rows.
func (l *Timeline) check(e *Errors, anomalous int64) error {
	if len(l.Periods) == 0 {
		return nil
	}
	const latest = 1e8 // hours, and more days than there are in the years to 9999
	var rows, odd int64
	for i, p := range l.Periods {
		if l.Step < hour || l.Step > century || p.At < -latest || p.At > latest || p.Rows < 1 || p.Anomalous > p.Rows ||
			p.Half < 0 || i > 0 && p.At <= l.Periods[i-1].At || p.At-l.Periods[0].At > mostPeriods {
			return errors.New("the periods of time are none")
		}
		if n := float64(p.Rows) * (1 + 1e-9); math.Abs(p.Actual) > n*e.size() || math.Abs(p.Predicted) > n*e.size() ||
			p.Half > e.Intervals.Width[nominal95].Value() {
			return errors.New("the means of a period are not of its rows")
		}
		rows, odd = rows+p.Rows, odd+p.Anomalous
	}
	if rows != e.Residual.N || odd != anomalous {
		return errors.New("the periods of time are not those of the rows")
	}
	return nil
}
