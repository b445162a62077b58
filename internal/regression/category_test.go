package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
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

// columnsOf returns the columns of X of category k: from to to, to not included.
func columnsOf(d *design.Design, k int) (from, to int) {
	term := d.CategoryTerms()[k]
	return term.From, term.To()
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

// rows are the rows as a scan of the design hands them out.
func (t wordTable) rows(d *design.Design) *design.Rows {
	codes := make([]design.Codes, 2)
	for k, cells := range [][]string{t.u, t.v} {
		c := &codes[k]
		c.From, c.To = columnsOf(d, k)
		c.Levels, c.Column = []string{""}, []int{-1}
		for _, cell := range cells {
			if !slices.Contains(c.Levels, cell) {
				column := slices.Index(d.Categories[k].Levels, cell)
				if column >= 0 {
					column += c.From
				}
				c.Levels, c.Column = append(c.Levels, cell), append(c.Column, column)
			}
			c.Rows = append(c.Rows, int32(slices.Index(c.Levels, cell)))
		}
	}
	r := &design.Rows{N: len(t.y), Y: t.y, X: make([][]float64, len(d.Names())), Codes: codes}
	r.X[codes[0].To] = t.x
	return r
}

func scalerOfWords(t *testing.T, all ...wordTable) *scaler.Scaler {
	t.Helper()
	var datasets []scaler.Dataset
	for i, d := range all {
		var sums scaler.Sums
		plain := worded.Unfinished()
		sums.Add(d.rows(&plain))
		name := fmt.Sprint(i)
		datasets = append(datasets, scaler.Dataset{ID: dataset.ID{Name: name, XXH64: name}, Used: int64(len(d.y)), Sums: sums})
	}
	return testutil.Must(scaler.New(worded, datasets, nil))(t)
}

// wordSettings are those of the stage, with references chosen by pick.
func wordSettings(s *scaler.Scaler, alpha float64, pick func(k int) int) Settings {
	set := Settings{Scaler: "s", Target: "y", Names: s.FeatureNamesOut, Mean: s.Mean, Scale: s.Scale,
		TargetMean: s.TargetMean, Alpha: alpha, Folds: 5}
	for k, c := range s.Categories {
		from, to := columnsOf(&s.Design, k)
		set.Categories = append(set.Categories, Category{c.Name, from, to, pick(k)})
	}
	return set
}

// factorsOfWords returns the rows as one dataset of five folds.
func factorsOfWords(s *scaler.Scaler, d wordTable) Dataset {
	n := int64(len(d.y))
	return Dataset{ID: dataset.ID{Name: "d", Rows: n}, Used: n, Folds: NewFactorizer(s, 5).Factorize(d.rows(&s.Design), n)}
}

func fitWords(t *testing.T, set Settings, d Dataset) (*Model, *Summary) {
	t.Helper()
	return fitted(t, set, counted([]Dataset{d})...)
}

func (m *Model) of(s *scaler.Scaler, d wordTable) []float64 {
	p := make([]float64, len(d.y))
	m.Predict(p, d.rows(&s.Design))
	return p
}

func alike(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Fatalf("%s: %d is %v, not %v", what, i, got[i], want[i])
		}
	}
}

// Whatever level is the reference, predictions and cross-validation are the same, also
// of missing words and of words that are not known; the reference's coefficient is
// exactly 0, and nothing is collinear. A ridge does not know of references.
func TestReferences(t *testing.T) {
	for _, n := range []int{200, 6000} { // precise and not
		d := newWords(1, n)
		d.u[7] = "f" // lives in one fold
		s := scalerOfWords(t, d)
		reduced := factorsOfWords(s, d)
		test := newWords(2, 100)
		test.u[3], test.v[4], test.u[5], test.v[5] = "hail", "hail", "", "hail"
		for _, alpha := range []float64{0, 5} {
			first, summary := fitWords(t, wordSettings(s, alpha, s.Reference), reduced)
			want := first.of(s, test)
			for l := range 6 {
				pick := func(k int) int {
					from, to := columnsOf(&s.Design, k)
					return from + min(l, to-from-1)
				}
				m, other := fitWords(t, wordSettings(s, alpha, pick), reduced)
				alike(t, fmt.Sprint("prediction with reference ", l), m.of(s, test), want, 1e-9)
				alike(t, "cross-validation", []float64{*other.CV.MSE, *other.CV.R2, other.R2, other.Condition},
					[]float64{*summary.CV.MSE, *summary.CV.R2, summary.R2, summary.Condition}, 1e-9)
				c := other.Coefficients[pick(0)]
				if alpha == 0 && (m.Coef[pick(0)] != 0 || !c.Reference || c.StdError != nil || c.T != nil ||
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
	s := scalerOfWords(t, d)
	from, _ := columnsOf(&s.Design, 0)
	for _, absent := range []string{"a", "e"} { // the most frequent and the rarest
		part := d.without(absent)
		test := newWords(4, 50)
		known, unknown, missing := test, test, test
		known.u, unknown.u, missing.u = slices.Repeat([]string{absent}, 50), slices.Repeat([]string{"hail"}, 50), make([]string, 50)
		reduced, before := factorsOfWords(s, part), []float64(nil)
		for l := range 5 {
			m, summary := fitWords(t, wordSettings(s, 0, func(k int) int {
				if k == 0 {
					return from + l
				}
				return s.Reference(k)
			}), reduced)
			want := m.of(s, unknown)
			alike(t, "absent "+absent, m.of(s, known), want, 1e-9)
			alike(t, "missing", m.of(s, missing), want, 1e-9)
			if l > 0 {
				alike(t, "reference", m.of(s, test), before, 1e-9)
			}
			before = m.of(s, test)
			if fmt.Sprint(summary.Absent) != "[u="+absent+"]" || len(summary.Relations) > 0 || summary.Rank != 6 {
				t.Errorf("absent %v, collinear %v", summary.Absent, summary.Relations)
			}
			if m.Coef[from+l] != 0 {
				t.Errorf("the reference has %v", m.Coef[from+l])
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

// Thirty categories of five levels leave the rank that they have, and recover what
// each does.
func TestManyCategories(t *testing.T) {
	const n, k, levels, w = 4000, 30, 5, 30*5 + 2
	r := rand.New(rand.NewPCG(5, 5))
	set := Settings{Target: "y", Folds: 2}
	for c := range k {
		set.Categories = append(set.Categories, Category{fmt.Sprint(c), c * levels, (c + 1) * levels, c*levels + c%levels})
		for l := range levels {
			set.Names = append(set.Names, fmt.Sprintf("%d=%d", c, l))
			set.Mean, set.Scale = append(set.Mean, 0.2), append(set.Scale, 0.4) // of equally many
		}
	}
	d := Dataset{ID: dataset.ID{Rows: n}, Used: n, Folds: make(Folds, 2)}
	for i := 0; i < n; i += TileRows {
		rows := make([]float64, 0, TileRows*w)
		for range TileRows {
			row, y := make([]float64, w), 0.0
			row[0] = 1
			for c := range k {
				l := r.IntN(levels)
				y += float64(c * l)
				for j := range levels {
					row[1+c*levels+j] = -0.5
				}
				row[1+c*levels+l] = 2
			}
			row[w-1] = y
			rows = append(rows, row...)
		}
		d.Folds[i/TileRows%2].Add(slices.Clone(rows), w)
	}
	m, summary := fitted(t, set, counted([]Dataset{d})...)
	if summary.Rank != 1+k*(levels-1) || len(summary.Collinear) > 0 || summary.R2 < 1-1e-12 {
		t.Errorf("rank %d, collinear %v, R² %v", summary.Rank, summary.Collinear, summary.R2)
	}
	for c, category := range set.Categories {
		for l := range levels {
			want := float64(c * (l - (category.Reference - category.From)))
			if got := m.Coef[category.From+l] / 0.4; math.Abs(got-want) > 1e-9 {
				t.Errorf("%s has %v, want %v", m.Names[category.From+l], got, want)
			}
		}
	}
}

// A word that training has not, or a missing one, is a doubt.
func TestDoubtOfWords(t *testing.T) {
	d := newWords(3, 300)
	s := scalerOfWords(t, d)
	m, _ := fitWords(t, wordSettings(s, 0, s.Reference), factorsOfWords(s, d))
	test := newWords(4, 5)
	test.u[1] = "hail"
	test.u[2] = ""
	rows := test.rows(&s.Design)
	for i, want := range []string{"", "training has no =hail, the average category is taken",
		" is missing, the average category is taken"} {
		got := m.Doubt(rows, i, 0, s.DataMin, s.DataMax)
		if slices.Contains(got, want) != (want != "") || strings.Contains(strings.Join(got, ""), "average") != (want != "") {
			t.Errorf("row %d: %q, want %q", i, got, want)
		}
	}
}
