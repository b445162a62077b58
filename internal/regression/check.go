package regression

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"mlpipeline/internal/dataset"
)

// What is read from model.gob and model.json may have been forged behind a valid
// checksum. So each has one check: what passes it has figures from which finite ones
// follow, and lists that can be gone through.

const (
	MostFolds = 1000 // of a dataset
	// largest is the size that figures may have, of which products are formed.
	largest = 1e200
)

// outside returns the name of a figure of v that is not within ±limit, as no NaN is;
// "" if there is none.
func outside(name string, v reflect.Value, limit float64) string {
	switch v.Kind() {
	case reflect.Float64:
		if !(math.Abs(v.Float()) <= limit) {
			return name
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return outside(name, v.Elem(), limit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if found := outside(name, v.Index(i), limit); found != "" {
				return found
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if found := outside(v.Type().Field(i).Name, v.Field(i), limit); found != "" {
				return found
			}
		}
	}
	return ""
}

// check reports what does not fit together in a model. The factors are among them
// if they were read.
func (m *Model) check(factors bool) error {
	if err := m.Settings.check(); err != nil {
		return err
	}
	if err := m.checkDatasets(); err != nil {
		return err
	}
	if factors {
		for _, d := range m.Datasets {
			if err := m.checkFolds(d); err != nil {
				return fmt.Errorf("dataset %q: %w", d.Name, err)
			}
		}
	}
	if m.Part != nil {
		return nil // there is nothing else
	}
	return m.checkFit()
}

func (s *Settings) check() error {
	p := len(s.Names)
	if p == 0 || len(s.Mean) != p || len(s.Scale) != p {
		return fmt.Errorf("%d names, %d means, %d scales", p, len(s.Mean), len(s.Scale))
	}
	if name := outside("", reflect.ValueOf(*s), largest); name != "" {
		return fmt.Errorf("a figure of %s is not possible", name)
	}
	if slices.ContainsFunc(s.Scale, func(scale float64) bool { return scale < 1/largest }) {
		return errors.New("a scale is not above 0")
	}
	if s.SeasonFrom < 0 || s.SeasonFrom > s.SeasonTo || s.SeasonTo > p {
		return fmt.Errorf("the season's columns are %d to %d of %d", s.SeasonFrom, s.SeasonTo, p)
	}
	from := 0
	for _, c := range s.Categories {
		if c.From < from || c.Reference < c.From || c.Reference >= c.To || c.To > p {
			return fmt.Errorf("category %.40q has the columns %d to %d of %d", c.Name, c.From, c.To, p)
		}
		from = c.To
	}
	if err := s.checkTerms(); err != nil {
		return err
	}
	if s.Folds < 2 || s.Folds > MostFolds || s.Alpha < 0 {
		return fmt.Errorf("%d folds, alpha %v", s.Folds, s.Alpha)
	}
	return nil
}

// checkTerms reports terms that are not all columns, one behind the other.
func (s *Settings) checkTerms() error {
	p, at := len(s.Names), 0
	for i, t := range s.Terms {
		if t.From != at || t.To < at || slices.ContainsFunc(t.Parents, func(parent int) bool {
			return parent < 0 || parent >= i
		}) {
			return fmt.Errorf("term %.40q has the columns %d to %d", t.Name, t.From, t.To)
		}
		at = t.To
	}
	if len(s.Terms) > 0 && at != p || len(s.Derived) != 0 && (len(s.Derived) != p || len(s.Size) != p) {
		return fmt.Errorf("terms of %d columns, %d and %d sizes where there are %d", at, len(s.Derived), len(s.Size), p)
	}
	return nil
}

func (m *Model) checkDatasets() error {
	if len(m.Datasets) == 0 && m.Part == nil {
		return errors.New("there are no datasets")
	}
	if !slices.IsSortedFunc(m.Datasets, func(a, b Dataset) int { return dataset.Compare(a.ID, b.ID) }) {
		return errors.New("datasets out of order")
	}
	rows := int64(0)
	for _, d := range m.Datasets {
		if d.Used < 0 || d.Used > d.Rows || rows+d.Used < rows {
			return fmt.Errorf("dataset %.40q has %d rows, %d of them used", d.Name, d.Rows, d.Used)
		}
		rows += d.Used
	}
	if m.Part == nil && rows != m.Band.Rows {
		return fmt.Errorf("%d rows of datasets where the model has %d", rows, m.Band.Rows)
	}
	return nil
}

// checkFolds reports factors that are none of the dataset. Those of a shard may
// overflow, which is for the whole to say.
func (m *Model) checkFolds(d Dataset) error {
	if len(d.Folds) != m.Folds {
		return fmt.Errorf("%d folds where the model has %d", len(d.Folds), m.Folds)
	}
	rows := int64(0)
	for k := range d.Folds {
		f := &d.Folds[k]
		if !f.fits(len(m.Names)+2) || m.Part == nil && !f.finite() {
			return errors.New("a factor is none")
		}
		rows += f.N
	}
	if rows != d.Used {
		return fmt.Errorf("factors of %d rows where %d are used", rows, d.Used)
	}
	return nil
}

// fits reports whether the factor is one of w columns, or has no rows. What is left of
// the column of ones is √n.
func (f *Factor) fits(w int) bool {
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
	switch {
	case len(m.Kept) != len(m.Terms):
		return fmt.Errorf("%d of %d terms are kept or not", len(m.Kept), len(m.Terms))
	case len(m.Coef) != p || len(m.Band.Centre) != p:
		return fmt.Errorf("%d coefficients and %d centres of %d columns", len(m.Coef), len(m.Band.Centre), p)
	case season == 0 && len(m.Climatology) != 0 || season > 0 && len(m.Climatology) != season+1:
		return fmt.Errorf("%d coefficients of a season of %d columns", len(m.Climatology), season)
	case m.Penalty < 0 || !m.Auto && m.Penalty != m.Alpha:
		return fmt.Errorf("a penalty of %v where alpha is %s", m.Penalty, m.AlphaName())
	}
	fit := *m
	fit.Datasets = nil
	if name := outside("", reflect.ValueOf(fit), largest); name != "" {
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
	return m.Band.check(p, m.Penalty)
}

// check reports figures that do not fit together, for p columns.
func (b *Band) check(p int, penalty float64) error {
	k := len(b.Taken)
	free := float64(b.Rows) - float64(k) - 1
	bad := b.Rows < 1 || len(b.T) != k*(k+1)/2 || len(b.Dropped) != len(b.Relation) || b.Sigma < 0 || b.Fitted < 0 ||
		b.Dof < 0 || b.Dof > float64(b.Rows)-1 || b.Dof < 1 && (b.Sigma > 0 || b.Dof > 0) ||
		penalty == 0 && b.Dof != max(0, free)
	seen := make([]bool, p)
	for _, j := range slices.Concat(b.Taken, b.Dropped) {
		if bad = bad || j < 0 || j >= p || seen[j]; bad {
			break
		}
		seen[j] = true
	}
	for _, r := range b.Relation {
		bad = bad || len(r) > k
	}
	for j := 0; j < k && !bad; j++ {
		bad = math.Abs(b.T[j*(j+3)/2]) < 1/largest
	}
	if bad {
		return errors.New("the intervals' figures do not fit together")
	}
	return nil
}

// check reports figures that do not fit together.
func (s *Summary) check() error {
	n := len(s.Coefficients)
	switch {
	case n == 0 || len(s.Standardized) != n:
		return fmt.Errorf("%d and %d coefficients", n, len(s.Standardized))
	case s.Rows < 1 || s.Rank < 1 || s.Rank > n+1 || int64(s.Rank) > s.Rows || len(s.Collinear) > n ||
		len(s.Reference) > n:
		return fmt.Errorf("%d rows, rank %d with %d coefficients", s.Rows, s.Rank, n)
	case s.Alpha < 0 || s.R2 > 1 || s.Condition < 1:
		return fmt.Errorf("alpha %v, R² %v, condition %v", s.Alpha, s.R2, s.Condition)
	case (s.ResidualStd == nil) != (s.Rows == int64(s.Rank)) || s.ResidualStd != nil && *s.ResidualStd < 0:
		return errors.New("a residual deviation that is not possible")
	}
	intercept := Coefficient{"intercept", s.Intercept, s.InterceptStdError, s.InterceptT, s.InterceptRobust,
		s.InterceptTRobust, false}
	for _, c := range slices.Concat([]Coefficient{intercept}, s.Coefficients, s.Standardized) {
		if err := c.check(); err != nil {
			return err
		}
	}
	for j, c := range s.Coefficients {
		if c.Name != s.Standardized[j].Name || c.Reference != s.Standardized[j].Reference {
			return fmt.Errorf("coefficient %d is of two columns", j+1)
		}
	}
	for _, in := range s.Influence {
		if in.Rows < 0 || in.Rows > s.Rows {
			return fmt.Errorf("dataset %.40q has %d of %d rows", in.Name, in.Rows, s.Rows)
		}
	}
	if c := s.Clusters; c.N < 0 || c.Dof != c.N-1 || int64(c.N) > s.Rows || c.Kind != "datasets" && c.Kind != "folds" {
		return fmt.Errorf("%d clusters of %.40q with %d degrees of freedom", c.N, c.Kind, c.Dof)
	}
	return s.CV.check()
}

// check reports standard errors that are none, and t that do not follow from them.
func (c *Coefficient) check() error {
	size := *c
	size.T, size.TRobust = nil, nil
	if outside("", reflect.ValueOf(size), 1e300) != "" {
		return fmt.Errorf("the figures of %.40q are beyond what can be computed with", c.Name)
	}
	for _, pair := range [][2]*float64{{c.StdError, c.T}, {c.Robust, c.TRobust}} {
		se, t := math.NaN(), pair[1]
		if pair[0] != nil {
			se = *pair[0]
		}
		if _, want := ratio(c.Value, se); se < 0 || (t == nil) != (want == nil) || t != nil && *t != *want {
			return fmt.Errorf("the t of %.40q does not follow from its standard error", c.Name)
		}
	}
	return nil
}

func (cv *CrossValidation) check() error {
	all := append([]Point{}, cv.Path...)
	if cv.MSE != nil && cv.MSEStd != nil {
		all = append(all, Point{*cv.MSEStd, *cv.MSE})
	}
	bad := cv.Folds < 2 || cv.Folds > MostFolds || (cv.MSE == nil) != (cv.MSEStd == nil) ||
		(cv.MSE == nil) != (cv.Reason != "") || cv.MSE == nil && cv.R2 != nil || cv.R2 != nil && *cv.R2 > 1
	for _, point := range all {
		bad = bad || point.Alpha < 0 || point.MSE < 0 || math.IsInf(point.Alpha+point.MSE, 0)
	}
	if bad {
		return errors.New("the figures of cross-validation do not fit together")
	}
	return nil
}
