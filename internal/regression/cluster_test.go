package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/moments"
	"mlpipeline/internal/testutil"
)

// grunfeld returns the rows [1 | value, capital | inv] of every firm: investment of
// ten firms in twenty years (Y. Grunfeld, "The determinants of corporate
// investment", 1958).
func grunfeld(t *testing.T) (firms [][]float64) {
	t.Helper()
	text := testutil.Must(os.ReadFile("testdata/grunfeld.csv"))(t)
	for i, line := range strings.Fields(string(text))[1:] {
		var firm, year int
		var inv, value, capital float64
		testutil.Must(fmt.Sscanf(line, "%d,%d,%g,%g,%g", &firm, &year, &inv, &value, &capital))(t)
		if i%20 == 0 {
			firms = append(firms, nil)
		}
		firms[len(firms)-1] = append(firms[len(firms)-1], 1, value, capital, inv)
	}
	return firms
}

// grunfeldModel is the model of all firms, each firm a dataset.
func grunfeldModel(t *testing.T, alpha float64) (*Model, *Summary, []Factor) {
	t.Helper()
	const w = 4
	var datasets []Dataset
	var parts []Factor
	for i, rows := range grunfeld(t) {
		d := foldsOf(fmt.Sprint("firm", i), rows, w, 5)
		for k := range d.Folds { // as few rows are
			d.Folds[k] = Fold{Factor: *factorOf(rows[k*4*w:(k+1)*4*w], w, true)}
		}
		datasets = append(datasets, d)
		parts = append(parts, *factorOf(rows, w, true))
	}
	s := settings(2)
	s.Names, s.Target, s.Alpha = []string{"value", "capital"}, "inv", alpha
	m, summary := fitted(t, s, datasets...)
	return m, summary, parts
}

// Robust standard errors by firm are those of R 4.2 and its package sandwich:
// vcovCL(lm(inv ~ value + capital), cluster = ~ firm, type = "HC1").
func TestClusterErrors(t *testing.T) {
	m, summary, parts := grunfeldModel(t, 0)
	a := testutil.Must(newSolver(allOf(parts), nil, 0, nil, nil))(t)
	var firms []*Factor
	for i := range parts {
		firms = append(firms, &parts[i])
	}
	e := a.robust(a.solve(), firms, a.rank()+1, make([]moments.Sum, 2))
	exactly(t, "intercept", e.at, 20.425202928473880)
	exactly(t, "value", e.b[0], 0.015894336687058794)
	exactly(t, "capital", e.b[1], 0.084967112635540118)
	if c := summary.Clusters; c.Kind != "folds" || c.N != 50 || c.Dof != 49 || c.Reason != "" || c.Few() {
		t.Errorf("%+v", c)
	}
	exactly(t, "t", *summary.Coefficients[0].TRobust, summary.Coefficients[0].Value / *summary.Coefficients[0].Robust)
	if name, factor := summary.Wider(); factor <= 1 || factor != *summary.Coefficients[1].Robust /
		*summary.Coefficients[1].StdError || name != "capital" {
		t.Errorf("%q is wider by %v", name, factor)
	}
	exactly(t, "classical", *summary.Coefficients[0].StdError, 0.0058357095572206339)

	// Clusters without rows are none; of one there are no errors.
	for k := range m.Datasets {
		for f := range m.Datasets[k].Folds[1:] {
			if k > 0 || f > 0 {
				m.Datasets[k].Folds[1+f] = Fold{}
			}
		}
		if k > 0 {
			m.Datasets[k].Folds[0] = Fold{}
		}
	}
	_, summary, err := New(m.Settings, counted(m.Datasets))
	if err != nil || summary.Clusters.N != 2 || !summary.Clusters.Few() || summary.Coefficients[0].Robust == nil {
		t.Errorf("two clusters: %+v, %v", summary.Clusters, err)
	}
	m.Datasets[0].Folds[1] = Fold{}
	m.Datasets[0].Folds[0].Merge(&parts[0])
	_, summary, err = New(m.Settings, counted(m.Datasets))
	if err != nil || summary.Clusters.Reason != "all rows are in one cluster" || summary.Clusters.Few() ||
		summary.Coefficients[0].Robust != nil || summary.InterceptRobust != nil {
		t.Errorf("one cluster: %+v, %v", summary.Clusters, err)
	}
}

// Robust errors follow from the rows by the formula, with a penalty and without,
// of collinear columns by the pseudo-inverse, in the units of the data; from twenty
// datasets on these are the clusters.
func TestRobustErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	const n, p, w, files = 15, 3, 5, 20
	for _, alpha := range []float64{0, 7} {
		var all []float64
		var datasets []Dataset
		for g := range files {
			rows := problem(r, n, p, 1)
			for i := range n {
				if alpha == 0 {
					rows[i*w+3] = 2*rows[i*w+1] - rows[i*w+2] // the third column
				}
				rows[i*w+4] += float64(g % 3)
			}
			all = append(all, rows...)
			datasets = append(datasets, foldsOf(fmt.Sprintf("%02d", g), rows, w, 5))
		}
		s := settings(p)
		s.Mean, s.Scale, s.Alpha = []float64{1, 2, 0}, []float64{2, 1, 4}, alpha // the rows are standardised
		m, summary := fitted(t, s, datasets...)
		if c := summary.Clusters; c.Kind != "datasets" || c.N != files || c.Dof != files-1 {
			t.Errorf("%+v", c)
		}
		h := newByHand(all, w)
		b := mat.NewVecDense(p+1, append([]float64{m.Intercept}, m.Coef...))
		e, meat := h.residuals(b), mat.NewDense(p+1, p+1, nil)
		for g := range files {
			var score mat.VecDense
			score.MulVec(h.x.Slice(g*n, (g+1)*n, 0, p+1).T(), e.SliceVec(g*n, (g+1)*n))
			var outer mat.Dense
			outer.Outer(1, &score, &score)
			meat.Add(meat, &outer)
		}
		_, bread := h.fit(alpha)
		var cov mat.Dense
		cov.Product(bread, meat, bread)
		k := float64(summary.Rank)
		factor := float64(files) / (files - 1) * (n*files - 1) / (n*files - k)
		for j := range p {
			want := math.Sqrt(factor * cov.At(1+j, 1+j))
			near(t, fmt.Sprintf("alpha %v: column %d", alpha, j), *summary.Standardized[j].Robust, want)
			near(t, fmt.Sprintf("alpha %v: in the units of the data", alpha), *summary.Coefficients[j].Robust,
				want/s.Scale[j])
		}
		if alpha == 0 {
			continue // the least norm of b alone is not that of the intercept too
		}
		zero := mat.NewVecDense(p+1, []float64{1, -0.5, -2, 0})
		near(t, "intercept", *summary.InterceptRobust, math.Sqrt(factor*mat.Inner(zero, &cov, zero)))
	}
}
