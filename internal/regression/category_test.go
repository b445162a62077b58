package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
)

// wordTable is rows of two categories, u with five levels and v with two, around a number.
type wordTable struct {
	x, y []float64
	u, v []string // "" is missing
}

var worded = design.Design{Target: "y", Features: []string{"u", "x", "v"}, Missing: design.Mean, Lags: []int{},
	Categories: []design.Category{{Name: "u"}, {Name: "v"}}, MaxLevels: 100}

// effects are the truth.
var effects = map[string]float64{"a": 1, "b": -2, "c": 4, "d": 0.5, "e": 7, "p": 3, "q": -3}

func newWords(seed uint64, n int) (t wordTable) {
	r := rand.New(rand.NewPCG(seed, 7))
	for i := range n {
		u := string("aaaabbbccde"[r.IntN(11)])
		v := string("ppq"[r.IntN(3)])
		if i < 5 {
			u = string("abcde"[i])
		}
		x := 10 + r.NormFloat64()
		t.x, t.u, t.v = append(t.x, x), append(t.u, u), append(t.v, v)
		t.y = append(t.y, 20+2*x+effects[u]+effects[v]+0.1*r.NormFloat64())
	}
	return t
}

// csv is the rows as a file.
func (t wordTable) csv() string {
	var b strings.Builder
	b.WriteString("u,x,v,y\n")
	for i, y := range t.y {
		fmt.Fprintf(&b, "%s,%v,%s,%v\n", t.u[i], t.x[i], t.v[i], y)
	}
	return b.String()
}

// without returns the rows that have another level of u.
func (t wordTable) without(level string) (part wordTable) {
	for i, u := range t.u {
		if u != level {
			part.x, part.y = append(part.x, t.x[i]), append(part.y, t.y[i])
			part.u, part.v = append(part.u, u), append(part.v, t.v[i])
		}
	}
	return part
}

// wordSettings are those of the stage, with references chosen by pick.
func wordSettings(s *scaler.Scaler, alpha float64, pick func(c Category) int) Settings {
	set := SettingsOf(s, Fit{Alpha: alpha, Folds: 5})
	for k := range set.Categories {
		set.Categories[k].Reference = pick(set.Categories[k])
	}
	return set
}

func usual(c Category) int { return c.Reference }

// Whatever level is the reference, predictions and cross-validation are the same, also
// of missing words and of words that are not known; the reference's coefficient is
// exactly 0, and nothing is collinear. A ridge does not know of references.
func TestReferences(t *testing.T) {
	for _, n := range []int{200, 6000} { // precise and not
		d := newWords(1, n)
		d.u[7] = "f" // lives in one fold
		s := scalerOf(t, worded, d.csv())
		reduced := datasetOf(t, s, "d", d.csv(), 5)
		test := newWords(2, 100)
		test.u[3], test.v[4], test.u[5], test.v[5] = "hail", "hail", "", "hail"
		for _, alpha := range []float64{0, 5} {
			first, summary := fitted(t, wordSettings(s, alpha, usual), reduced)
			want := first.predictions(t, s, test.csv())
			for l := range 6 {
				pick := func(c Category) int { return min(c.From+l, c.To-1) }
				m, other := fitted(t, wordSettings(s, alpha, pick), reduced)
				alike(t, fmt.Sprint("prediction with reference ", l), m.predictions(t, s, test.csv()), want, 1e-9)
				alike(t, "cross-validation", []float64{*other.CV.MSE, *other.CV.R2, other.R2, other.Condition},
					[]float64{*summary.CV.MSE, *summary.CV.R2, summary.R2, summary.Condition}, 1e-9)
				reference := m.Categories[0].Reference
				c := other.Coefficients[reference]
				if alpha == 0 && (m.Coef[reference] != 0 || !c.Reference || c.StdError != nil || c.T != nil ||
					len(other.Reference) != 2 || "u="+other.Reference[0].Level != c.Name || other.Rank != 8) {
					t.Errorf("%+v of rank %d, references %v", c, other.Rank, other.Reference)
				}
				if alpha > 0 && (c.Reference || c.Value == 0 || c.StdError == nil || len(other.Reference) > 0) {
					t.Errorf("ridge: %+v, references %v", c, other.Reference)
				}
				if len(other.Collinear)+len(other.Absent) > 0 || other.StdErrorReason != "" {
					t.Errorf("collinear %v, absent %v, %s", other.Relations, other.Absent, other.StdErrorReason)
				}
			}
		}
	}
}

// A level that no row has counts as the average category, as does one that is not
// known, also where it is the reference, and in a fold; that is no matter of which
// level is the reference.
func TestAbsentLevel(t *testing.T) {
	d := newWords(3, 1500)
	s := scalerOf(t, worded, d.csv())
	for _, absent := range []string{"a", "e"} { // the most frequent and the rarest
		part := d.without(absent)
		test := newWords(4, 50)
		known, unknown, missing := test, test, test
		known.u, unknown.u, missing.u = slices.Repeat([]string{absent}, 50), slices.Repeat([]string{"hail"}, 50), make([]string, 50)
		reduced, before := datasetOf(t, s, "d", part.csv(), 5), []float64(nil)
		for l := range 5 {
			m, summary := fitted(t, wordSettings(s, 0, func(c Category) int {
				if c.Name == "u" {
					return c.From + l
				}
				return c.Reference
			}), reduced)
			want := m.predictions(t, s, unknown.csv())
			alike(t, "absent "+absent, m.predictions(t, s, known.csv()), want, 1e-9)
			alike(t, "missing", m.predictions(t, s, missing.csv()), want, 1e-9)
			got := m.predictions(t, s, test.csv())
			if l > 0 {
				alike(t, "reference", got, before, 1e-9)
			}
			before = got
			if fmt.Sprint(summary.Absent) != "[u="+absent+"]" || len(summary.Relations) > 0 || summary.Rank != 6 {
				t.Errorf("absent %v, collinear %v", summary.Absent, summary.Relations)
			}
			if b := m.Coef[m.Categories[0].Reference]; b != 0 {
				t.Errorf("the reference has %v", b)
			}
		}
		// The truth: the mean of the levels that there are, as frequent as they were.
		sum, rows := 0.0, 0
		for _, u := range part.u {
			sum += effects[u]
			rows++
		}
		average := sum / float64(rows)
		for i, p := range before {
			if truth := 20 + 2*test.x[i] + effects[test.v[i]] + effects[test.u[i]]; test.u[i] != absent && math.Abs(p-truth) > 0.1 {
				t.Errorf("%v, truth %v", p, truth)
			} else if test.u[i] == absent && math.Abs(p-truth+effects[absent]-average) > 0.1 {
				t.Errorf("%s: %v, truth %v", absent, p, truth-effects[absent]+average)
			}
		}
	}
}
