package regression

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/dataset"
)

// What is read from model.gob and model.json may have been forged under a valid
// checksum. So each has one check: what passes it has figures from which finite ones
// follow, and lists that can be gone through. The ranges of single figures are tags of
// their fields; see artifact.Impossible.

const (
	MostFolds = 1000 // of a dataset
	// largest is the size that figures may have, of which products are formed.
	largest = 1e200
)

// check reports what does not fit together in a model. The factors are among them
// if they were read.
func (m *Model) check(factors bool) error {
	if !m.Settings.consistent() {
		return errors.New("its columns do not fit together")
	}
	if !m.datasetsConsistent(factors) {
		return errors.New("its datasets do not fit together")
	}
	if m.Part != nil {
		return m.Part.Check(len(m.Datasets)) // there is nothing else
	}
	return m.checkFit()
}

// consistent reports whether there are names, figures and terms of the same columns.
func (s *Settings) consistent() bool {
	p, n := len(s.Names), len(s.Derived)
	ok := p > 0 && len(s.Mean) == p && len(s.Scale) == p && (n == 0 || n == p && len(s.Size) == p) &&
		within(s.SeasonFrom, s.SeasonTo, 0, p) && artifact.Impossible(*s, largest) == ""
	from := 0
	for _, c := range s.Categories {
		ok = ok && within(c.From, c.To, from, p) && c.Reference >= c.From && c.Reference < c.To
		from = c.To
	}
	from = 0
	for i, t := range s.Terms { // all columns, one after the other
		ok = ok && t.From == from && within(t.From, t.To, from, p) && !slices.ContainsFunc(t.Parents,
			func(parent int) bool { return parent < 0 || parent >= i })
		from = t.To
	}
	return ok && (len(s.Terms) == 0 || from == p)
}

// within reports whether from and to are a range of the numbers from least to most.
func within(from, to, least, most int) bool { return least <= from && from <= to && to <= most }

// datasetsConsistent reports whether the datasets are in order and have the rows of the model and
// factors of these. Those of a shard may overflow, which is for the whole to say.
func (m *Model) datasetsConsistent(factors bool) bool {
	ok := (len(m.Datasets) > 0 || m.Part != nil) &&
		slices.IsSortedFunc(m.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) })
	rows := int64(0)
	for _, d := range m.Datasets {
		ok = ok && d.Used >= 0 && d.Used <= d.Rows && rows+d.Used >= rows && (!factors || len(d.Folds) == m.Folds)
		ok = ok && artifact.Impossible(d.ID, largest) == "" && int64(len(d.Tail)) <= d.Rows && d.Step >= 0 &&
			!slices.ContainsFunc(d.Tail, func(y float64) bool { return math.Abs(y) > largest })
		rows += d.Used
		inFolds := int64(0)
		for k := range d.Folds {
			f := &d.Folds[k]
			ok = ok && f.consistent(len(m.Names)+2) && (m.Part != nil || f.finite()) && m.Columns.Fit(f.Cells) &&
				artifact.Impossible(f.Cells, largest) == ""
			inFolds += f.N
		}
		ok = ok && (!factors || inFolds == d.Used)
	}
	return ok && (m.Part != nil || rows == m.Band.Rows)
}

// consistent reports whether the factor is one of w columns, or has no rows. What is left of
// the column of ones is √n.
func (f *Factor) consistent(w int) bool {
	if f.N <= 0 {
		return f.N == 0 && len(f.R) == 0 && len(f.Lo) == 0
	}
	const rounding = 1e-6
	root := math.Sqrt(float64(f.N))
	return f.Width == w && len(f.R) == trapezoid(f.rows(), w) && (len(f.Lo) == 0 || len(f.Lo) == len(f.R)) &&
		math.Abs(f.R[0]-root) <= rounding*root
}

// checkFit reports what cannot be the fit of a model.
func (m *Model) checkFit() error {
	p, season := len(m.Names), m.SeasonTo-m.SeasonFrom
	if len(m.Kept) != len(m.Terms) || len(m.Coef) != p || len(m.Band.Centre) != p ||
		season == 0 && len(m.Climatology) != 0 || season > 0 && len(m.Climatology) != season+1 ||
		!m.Auto && m.Penalty != m.Alpha || !m.Training.Fits(m.Columns) {
		return errors.New("its coefficients are not of its columns and settings")
	}
	fit := *m
	fit.Datasets = nil
	if name := artifact.Impossible(fit, largest); name != "" {
		return fmt.Errorf("a figure of %s is beyond what can be computed with; change the units", name)
	}
	mean, size := m.Intercept, math.Abs(m.Intercept)+math.Abs(m.TrainMean)+math.Abs(m.TargetMean)
	for j, b := range m.Coef {
		if slope := b / m.Scale[j]; !(math.Abs(slope)*max(1, math.Abs(m.Mean[j])) < 1e300) {
			return fmt.Errorf("the coefficient of %q is beyond float64; change the unit of the column or of the target",
				m.Names[j])
		}
		mean += float64(b * m.Band.Centre[j])
		size += math.Abs(b)*math.Abs(m.Band.Centre[j]) + m.Band.Fitted
	}
	const rounding = 1e-6
	if math.Abs(mean-m.TrainMean) > rounding*size {
		return fmt.Errorf("a mean prediction of %v where the target's mean is %v", mean, m.TrainMean)
	}
	if !m.Band.consistent(p, m.Penalty) {
		return errors.New("the intervals' figures do not fit together")
	}
	return nil
}

// consistent reports whether the figures fit together, for p columns.
func (b *Band) consistent(p int, penalty float64) bool {
	k := len(b.Taken)
	free := float64(b.Rows) - float64(k) - 1
	if len(b.T) != k*(k+1)/2 || len(b.Dropped) != len(b.Relation) || b.Dof > float64(b.Rows)-1 ||
		b.Dof < 1 && (b.Sigma > 0 || b.Dof > 0) || penalty == 0 && b.Dof != max(0, free) {
		return false
	}
	seen := make([]bool, p)
	for _, j := range slices.Concat(b.Taken, b.Dropped) {
		if j < 0 || j >= p || seen[j] {
			return false
		}
		seen[j] = true
	}
	for j := range k {
		if math.Abs(b.T[j*(j+3)/2]) < 1/largest {
			return false
		}
	}
	return !slices.ContainsFunc(b.Relation, func(r []float64) bool { return len(r) > k })
}

// check reports figures that do not fit together.
func (s *Summary) check() error {
	n, c := len(s.Coefficients), s.Clusters
	if n == 0 || len(s.Standardized) != n || s.Rank > n+1 || int64(s.Rank) > s.Rows || len(s.Collinear) > n ||
		len(s.Reference) > n || (s.ResidualStd == nil) != (s.Rows == int64(s.Rank)) || c.Dof != c.N-1 ||
		int64(c.N) > s.Rows || c.Kind != "datasets" && c.Kind != "folds" || slices.ContainsFunc(s.Influence,
		func(in Influence) bool { return in.Rows > s.Rows }) {
		return errors.New("its numbers of rows and columns do not fit together")
	}
	cv := &s.CV
	if (cv.MSE == nil) != (cv.MSEStd == nil) || (cv.MSE == nil) != (cv.Reason != "") || cv.MSE == nil && cv.R2 != nil {
		return errors.New("the figures of cross-validation do not fit together")
	}
	if name := artifact.Impossible(*s, math.MaxFloat64); name != "" {
		return fmt.Errorf("a figure of %s is not possible", name)
	}
	intercept := Coefficient{"intercept", s.Intercept, s.InterceptStdError, s.InterceptT, s.InterceptRobust,
		s.InterceptTRobust, false}
	for _, c := range slices.Concat([]Coefficient{intercept}, s.Coefficients, s.Standardized) {
		if !c.consistent() {
			return fmt.Errorf("the figures of %.40q are not possible, or its t does not follow from them", c.Name)
		}
	}
	for j, c := range s.Coefficients {
		if c.Name != s.Standardized[j].Name || c.Reference != s.Standardized[j].Reference {
			return fmt.Errorf("coefficient %d is of two columns", j+1)
		}
	}
	return nil
}

// consistent reports whether the standard errors can be computed with, and t follows from them.
func (c *Coefficient) consistent() bool {
	const most = 1e300
	value := func(v *float64) float64 {
		if v == nil {
			return math.NaN()
		}
		return *v
	}
	want := newCoefficient(c.Name, c.Value, value(c.StdError), value(c.Robust))
	want.Reference = c.Reference
	return artifact.Impossible(Coefficient{Value: c.Value, StdError: c.StdError, Robust: c.Robust}, most) == "" &&
		reflect.DeepEqual(*c, want)
}
