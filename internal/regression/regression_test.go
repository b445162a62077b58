package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/moments"
)

func ExampleFactor() {
	// Rows [1 | x | y] of the line y = 1 + 2x, seen in two places.
	var here, there Factor
	here.Add([]float64{1, 0, 1, 1, 1, 3}, 3)
	there.Add([]float64{1, 5, 11}, 3)
	here.Merge(&there)
	solver, err := newSolver(&here, nil, 0, nil, nil)
	if err != nil {
		panic(err)
	}
	x := solver.solve()
	fmt.Printf("%d rows, intercept %.3f, slope %.3f\n", here.N, x.b0.Value(), x.b[0].Value())
	// Output: 3 rows, intercept 1.000, slope 2.000
}

// problem is a random least-squares problem: n rows [1 | Z | y].
func problem(r *rand.Rand, n, p int, noise float64) []float64 {
	var rows []float64
	for range n {
		rows = append(rows, 1)
		y := 3.0
		for j := range p {
			z := r.NormFloat64()
			rows = append(rows, z)
			y += float64(j+1) * z
		}
		rows = append(rows, y+noise*r.NormFloat64())
	}
	return rows
}

func factorOf(rows []float64, w int, precise bool) *Factor {
	var f Factor
	if !precise {
		f.Add(slices.Clone(rows), w)
		return &f
	}
	f.AddPrecise(sums(rows), w)
	return &f
}

// allOf returns the factor of the rows of all.
func allOf(factors []Factor) *Factor {
	var all Factor
	for i := range factors {
		all.Merge(&factors[i])
	}
	return &all
}

func sums(x []float64) (exact []moments.Sum) {
	for _, v := range x {
		exact = append(exact, moments.Float(v))
	}
	return exact
}

// settings standardise nothing, for rows that need no scaling.
func settings(p int) Settings {
	s := Settings{Scaler: "s", Target: "y", Folds: 5}
	for j := range p {
		s.Names = append(s.Names, fmt.Sprintf("x%d", j+1))
		s.Mean = append(s.Mean, 0)
		s.Scale = append(s.Scale, 1)
	}
	return s
}

// fitted is New where it must succeed.
func fitted(t *testing.T, s Settings, datasets ...Dataset) (*Model, *Summary) {
	t.Helper()
	m, summary, err := New(s, datasets)
	if err != nil {
		t.Fatal(err)
	}
	return m, summary
}

// foldsOf makes a dataset of rows [1 | Z | y].
func foldsOf(name string, rows []float64, w, folds int) Dataset {
	n := int64(len(rows) / w)
	d := Dataset{ID: dataset.ID{Name: name, Rows: n, First: 0, Last: 1, XXH64: name}, Used: n}
	bounds := FoldBounds(n, folds)
	for k := range folds {
		var f Factor
		f.Add(slices.Clone(rows[bounds[k]*int64(w):bounds[k+1]*int64(w)]), w)
		d.Folds = append(d.Folds, f)
	}
	return d
}

// Cross-validation, ridge and influence equal refitting from scratch on the
// rows.
func TestRefit(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const p, w = 3, 5
	data := [][]float64{problem(r, 103, p, 1), problem(r, 58, p, 2), problem(r, 200, p, 0.5)}
	for _, alpha := range []float64{0, 0.5, 100} {
		s := settings(p)
		s.Alpha = alpha
		var datasets []Dataset
		for i, rows := range data {
			datasets = append(datasets, foldsOf(string(rune('a'+i)), rows, w, s.Folds))
		}
		m, summary := fitted(t, s, datasets...)
		var all []float64
		for _, rows := range data {
			all = append(all, rows...)
		}
		want := refit(all, w, alpha)
		near(t, "intercept", m.Intercept, want[0])
		for j, b := range m.Coef {
			near(t, "coefficient", b, want[j+1])
		}

		var mses []float64
		for k := range s.Folds {
			var train, test []float64
			for _, rows := range data {
				bounds := FoldBounds(int64(len(rows)/w), s.Folds)
				from, to := bounds[k]*w, bounds[k+1]*w
				test = append(test, rows[from:to]...)
				train = append(append(train, rows[:from]...), rows[to:]...)
			}
			mses = append(mses, sse(test, w, refit(train, w, alpha))/float64(len(test)/w))
		}
		mean, std := meanStd(mses)
		near(t, "cross-validated MSE", *summary.CV.MSE, mean)
		near(t, "its spread", *summary.CV.MSEStd, std)

		for i, inf := range summary.Influence {
			var others []float64
			for k, rows := range data {
				if k != i {
					others = append(others, rows...)
				}
			}
			delta := (sse(others, w, want) - sse(others, w, refit(others, w, alpha))) / float64(len(others)/w)
			if math.Abs(*inf.DeltaMSE-delta) > 1e-12 {
				t.Errorf("influence of %s: %v, want %v", inf.Name, *inf.DeltaMSE, delta)
			}
		}
	}
}

// alpha auto takes the penalty with the least cross-validated error.
func TestAuto(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const p, w = 8, 10
	s := settings(p)
	s.Auto = true
	m, summary := fitted(t, s, foldsOf("a", problem(r, 30, p, 40), w, s.Folds))
	if m.Penalty == 0 || len(summary.CV.Path) < 10 {
		t.Errorf("much noise and few rows want a penalty; got %v of %d", m.Penalty, len(summary.CV.Path))
	}
	for _, point := range summary.CV.Path {
		if point.MSE < *summary.CV.MSE || point.Alpha == m.Penalty && point.MSE != *summary.CV.MSE {
			t.Errorf("alpha %v has MSE %v, chosen was %v", point.Alpha, point.MSE, *summary.CV.MSE)
		}
	}
}

// A merged model is, byte for byte, the model of all files.
func TestMergeModels(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	const p, w = 3, 5
	s := settings(p)
	a, b, c := foldsOf("a", problem(r, 50, p, 1), w, 5), foldsOf("b", problem(r, 51, p, 1), w, 5), foldsOf("c",
		problem(r, 7, p, 1), w, 5)
	encode := func(m *Model, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		file, _, err := Kind.EncodeGob(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(file)
	}
	fit := func(d ...Dataset) *Model {
		m, _ := fitted(t, s, d...)
		return m
	}
	whole := fit(a, b, c)
	merged, _, err := Merge([]*Model{fit(c, a), fit(b)})
	if encode(whole, nil) != encode(merged, err) {
		t.Error("the merged model is another")
	}
	if _, _, err := Merge([]*Model{fit(a, b), fit(b, c)}); err == nil || !strings.Contains(err.Error(), `dataset "b"`) {
		t.Errorf("a dataset that comes twice: %v", err)
	}
	other := fit(c)
	other.Folds = 4
	if _, _, err := Merge([]*Model{fit(a), other}); err == nil || !strings.Contains(err.Error(), "model 2 has other settings") {
		t.Errorf("other settings: %v", err)
	}
}

// Collinear columns are named, and how they follow; the solution is that of
// least norm, which treats equals equally.
func TestCollinear(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var rows []float64
	for range 100 {
		x1, x2 := r.NormFloat64(), r.NormFloat64()
		rows = append(rows, 1, x1, x2, 2*x1-x2, 0, x1, x1+x2)
	}
	s := settings(5)
	m, summary := fitted(t, s, foldsOf("a", rows, 7, 5))
	if got := strings.Join(summary.Relations, "; "); got != "x3 = 2·x1 − x2; x5 = x1" {
		t.Errorf("relations: %s", got)
	}
	if fmt.Sprint(summary.Collinear) != "[x3 x5]" || summary.Rank != 3 {
		t.Errorf("collinear %v, rank %d", summary.Collinear, summary.Rank)
	}
	near(t, "equal columns' coefficients", m.Coef[0]-m.Coef[4], 0)
	if m.Coef[3] != 0 {
		t.Errorf("the constant column's coefficient is %v", m.Coef[3])
	}
	near(t, "R²", summary.R2, 1)
}

// Ten thousand datasets are a matter of seconds, not of minutes.
func BenchmarkManyDatasets(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var datasets []Dataset
	for i := range 10000 {
		datasets = append(datasets, foldsOf(fmt.Sprintf("%05d", i), problem(r, 50, 8, 1), 10, 5))
	}
	for b.Loop() {
		if _, _, err := New(settings(8), datasets); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFactor(b *testing.B) {
	for _, w := range []int{10, 40, 100, 300, 1000} {
		b.Run(fmt.Sprint(w), func(b *testing.B) {
			rows := problem(rand.New(rand.NewPCG(1, 2)), TileRows, w-2, 1)
			b.SetBytes(int64(8 * len(rows)))
			f := *factorOf(problem(rand.New(rand.NewPCG(1, 3)), w, w-2, 1), w, false)
			memory := make([]float64, len(rows))
			for b.Loop() {
				f.Add(append(memory[:0], rows...), w)
			}
		})
	}
}

func BenchmarkFactorPrecise(b *testing.B) {
	const p = 12
	rows := problem(rand.New(rand.NewPCG(1, 2)), TileRows, p, 1)
	b.SetBytes(int64(8 * len(rows)))
	for b.Loop() {
		factorOf(rows, p+2, true)
	}
}

// A factor is that of rows in any unit, also where their squares vanish or overflow.
func TestUnits(t *testing.T) {
	const w = 5
	rows := problem(rand.New(rand.NewPCG(51, 52)), 300, w-2, 1)
	var plain Factor
	plain.Add(slices.Clone(rows), w)
	for _, exponent := range []int{-600, 600} {
		scaled := make([]float64, len(rows))
		for i, v := range rows {
			scaled[i] = math.Ldexp(v, exponent)
		}
		var f Factor
		f.Add(scaled[:w], w)
		f.Add(scaled[w:], w)
		for k, want := range plain.R {
			if got := math.Ldexp(f.R[k], -exponent); !(math.Abs(got-want) <= 1e-13*plain.R[0]) {
				t.Errorf("unit 2^%d: number %d is %v, want %v", exponent, k, got, want)
			}
		}
	}
}
