package regression

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"strings"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
)

// SummaryKind is the format of model.json.
var SummaryKind = artifact.Kind{Format: "model summary", Version: 4, Program: "model_preparation"}

// Summary is a model for people and other programs. Figures that are not
// defined are null.
type Summary struct {
	artifact.Header
	Scaler            string          `json:"scaler_fingerprint"`
	Model             string          `json:"model_fingerprint"`
	Target            string          `json:"target"`
	Time              string          `json:"time"` // "" for none
	Rows              int64           `json:"rows" range:"1,"`
	Alpha             float64         `json:"alpha" range:"0,"`
	Intercept         float64         `json:"intercept"`
	InterceptStdError *float64        `json:"intercept_std_error"`
	InterceptT        *float64        `json:"intercept_t"`
	InterceptRobust   *float64        `json:"intercept_std_error_robust"`
	InterceptTRobust  *float64        `json:"intercept_t_robust"`
	StdErrorReason    string          `json:"std_error_reason,omitempty"` // why standard errors or their t are null
	Coefficients      []Coefficient   `json:"coefficients"`
	Standardized      []Coefficient   `json:"standardized"`
	Reference         []Level         `json:"reference"` // of each category; none with a penalty
	Clusters          Clusters        `json:"clusters"`  // of the robust standard errors
	R2                float64         `json:"r2" range:",1"`
	ResidualStd       *float64        `json:"residual_std" range:"0,"` // √(RSS/(n − p − 1))
	Rank              int             `json:"rank" range:"1,"`         // with the intercept; p + 1 − references when full
	Condition         float64         `json:"condition" range:"1,"`    // of the standardised columns that count
	Collinear         []string        `json:"collinear"`
	CV                CrossValidation `json:"cross_validation"`
	Influence         []Influence     `json:"influence"`
	Terms             []Worth         `json:"terms"`
	Selection         *Selection      `json:"selection,omitempty"` // where terms were chosen

	// Relations says of every collinear column how it follows from others.
	Relations []string `json:"-"`
	// Absent are the levels that no row has.
	Absent []string `json:"absent,omitempty"`
}

// Twin returns the path of the readable form of a model.
func Twin(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + ".json" }

// ReadSummary reads model.json.
func ReadSummary(path string) (*Summary, error) {
	s := new(Summary)
	if err := SummaryKind.ReadJSON(path, s); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("%s: is not a %s: %w; run %s again", path, SummaryKind.Format, err, SummaryKind.Program)
	}
	return s, nil
}

// CheckTwin reports a readable form beside a model that is not of this model:
// edited, or of another run. There need not be one; no program needs it.
func CheckTwin(path, fingerprint string) error {
	s, err := ReadSummary(Twin(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && s.Model != fingerprint:
		return fmt.Errorf("%s: is of another model than %s; run %s again", Twin(path), path, Kind.Program)
	}
	return err
}

// Coefficient is one coefficient and its standard errors, in the unit of the
// target per unit of the column: of independent rows, and the robust one, of
// independent clusters.
type Coefficient struct {
	Name     string   `json:"name"`
	Value    float64  `json:"value"`
	StdError *float64 `json:"std_error" range:"0,"`
	T        *float64 `json:"t"`
	Robust   *float64 `json:"std_error_robust" range:"0,"`
	TRobust  *float64 `json:"t_robust"`
	// Reference says that the column is not in the model: it is what the others of its
	// category are compared with.
	Reference bool `json:"reference,omitempty"`
}

// Level is a level of a category.
type Level struct {
	Name  string `json:"name"`
	Level string `json:"level"`
}

func newCoefficient(name string, value, stdError, robust float64) Coefficient {
	c := Coefficient{Name: name, Value: value}
	c.StdError, c.T = ratio(value, stdError)
	c.Robust, c.TRobust = ratio(value, robust)
	return c
}

// worthSaying is by which factor a robust standard error may exceed the other without
// a word.
const worthSaying = 1.3

// Wider returns the coefficient whose robust standard error exceeds the other by
// the largest factor, and that factor; "" if none exceeds worthSaying.
func (s *Summary) Wider() (name string, factor float64) {
	factor = worthSaying
	for _, c := range s.Coefficients {
		if c.StdError != nil && c.Robust != nil && *c.Robust > factor**c.StdError && *c.StdError > 0 {
			name, factor = c.Name, *c.Robust / *c.StdError
		}
	}
	return name, factor
}

// summarize says what is to be said of a fitted model: a is the solver without its
// penalty.
func summarize(m *Model, datasets []Dataset, a, penalized *solver, x solution, wholes []Factor, cv CrossValidation) *Summary {
	s := &Summary{
		Scaler: m.Scaler, Target: m.Target, Time: m.Time, Rows: a.n, Alpha: m.Penalty,
		Rank: a.rank() + 1, Condition: a.condition(), Collinear: []string{}, CV: cv,
		Influence: []Influence{}, Reference: []Level{},
	}
	rss := a.f.squaredError(x)
	s.R2 = metrics.RSquared(rss, a.f.targetSquares())
	sigma := math.NaN()
	if free := a.n - int64(a.rank()) - 1; free > 0 {
		sigma = math.Sqrt(rss / float64(free))
		s.ResidualStd = &sigma
	} else {
		s.StdErrorReason = fmt.Sprintf("no degrees of freedom are left: %d rows, %d coefficients with the intercept",
			a.n, a.rank()+1)
	}
	if sigma == 0 {
		s.StdErrorReason = "the fit is exact: the standard errors are 0 and t is not defined"
	}

	// The intercept in the units of the data is the prediction at x = 0, where
	// z = −mean/scale. Its terms can be much larger than their sum.
	zero := make([]moments.Sum, a.p)
	intercept := moments.Float(m.TargetMean).Plus(x.b0)
	for j, b := range x.b {
		zero[j] = moments.Float(-m.Mean[j]).Over(moments.Float(m.Scale[j]))
		intercept.Merge(b.Times(zero[j]))
	}
	kind, factors := clusters(datasets, wholes)
	s.Clusters = Clusters{Kind: kind, N: len(factors), Dof: len(factors) - 1}
	classical := penalized.classical(zero).times(sigma)
	robust := classical.times(math.NaN())
	switch {
	case math.IsNaN(sigma):
		s.Clusters.Reason = "no degrees of freedom are left"
	case len(factors) < 2:
		s.Clusters.Reason = "all rows are in one cluster"
	default:
		robust = penalized.robust(x, factors, a.rank()+1, zero)
	}
	c := newCoefficient("", intercept.Value(), classical.at, robust.at)
	s.Intercept, s.InterceptStdError, s.InterceptT = c.Value, c.StdError, c.T
	s.InterceptRobust, s.InterceptTRobust = c.Robust, c.TRobust
	s.setCoefficients(m, a, x, classical, robust)
	s.collinear(m, a)
	if len(wholes) > 1 {
		s.Influence = influence(&m.Settings, datasets, wholes, x, m.Penalty)
	}
	return s
}

// setCoefficients sets those of the columns that are not left out, and the references of
// categories.
func (s *Summary) setCoefficients(m *Model, a *solver, x solution, classical, robust stdErrors) {
	for j, b := range x.b {
		name, scale := m.Names[j], m.Scale[j]
		standardized, value := Coefficient{Name: name, Reference: true}, Coefficient{Name: name, Reference: true}
		switch {
		case m.isLeft(j):
			continue
		case m.Penalty != 0 || !a.isReference(j):
			standardized = newCoefficient(name, b.Value(), classical.b[j], robust.b[j])
			value = newCoefficient(name, b.Over(moments.Float(scale)).Value(), classical.b[j]/scale, robust.b[j]/scale)
		}
		s.Standardized, s.Coefficients = append(s.Standardized, standardized), append(s.Coefficients, value)
	}
	for _, c := range m.Categories {
		if m.Penalty == 0 && !m.isLeft(c.From) {
			s.Reference = append(s.Reference, Level{c.Name, strings.TrimPrefix(m.Names[c.Reference], c.Name+"=")})
		}
	}
}

// ratio returns a standard error and its t, nil where they are not defined.
func ratio(value, se float64) (stdError, t *float64) {
	if math.IsNaN(se) || math.IsInf(se, 0) {
		return nil, nil
	}
	q := value / se
	if math.IsNaN(q) || math.IsInf(q, 0) {
		return &se, nil
	}
	return &se, &q
}

// collinear names the columns that follow from others, and how. Where there are
// fewer rows than columns that is no news.
func (s *Summary) collinear(m *Model, a *solver) {
	for _, c := range a.categories {
		for l, absent := range c.absent {
			if absent {
				s.Absent = append(s.Absent, m.Names[c.from+l])
			}
		}
	}
	if a.rows() < a.free {
		return
	}
	for i, j := range a.dropped {
		if !a.constant(j) {
			s.Collinear = append(s.Collinear, m.Names[j])
			s.Relations = append(s.Relations, m.relation(j, a.taken, a.relation[i]))
		}
	}
}

// relation writes column j in terms of others, in the units of the data; of very many the first.
func (m *Model) relation(j int, others []int, coef []float64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s =", m.Names[j])
	constant := m.Mean[j]
	term := func(v float64, name string) {
		switch {
		case v < 0:
			b.WriteString(" − ")
		case strings.HasSuffix(b.String(), "="):
			b.WriteString(" ")
		default:
			b.WriteString(" + ")
		}
		if v = math.Abs(v); name == "" {
			fmt.Fprintf(&b, "%.6g", v)
		} else if math.Abs(v-1) < 1e-9 {
			b.WriteString(name)
		} else {
			fmt.Fprintf(&b, "%.6g·%s", v, name)
		}
	}
	const most = 12
	terms := 0
	for k, o := range others[:len(coef)] {
		if math.Abs(coef[k]) < 1e-8 {
			continue // rounding
		}
		v := coef[k] * m.Scale[j] / m.Scale[o]
		constant -= v * m.Mean[o]
		if terms++; terms <= most {
			term(v, m.Names[o])
		}
	}
	if terms > most {
		fmt.Fprintf(&b, " … and %d more columns", terms-most)
	} else if math.Abs(constant) > 1e-9*(math.Abs(m.Mean[j])+m.Scale[j]) {
		term(constant, "")
	}
	return b.String()
}
