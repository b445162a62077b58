package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

// data is n rows of X, by columns, and y: two columns far from 0, one of them
// with missing cells, one that is constant, and a season's pair.
type data struct {
	x [][]float64
	y []float64
}

var seasonal = design.Design{Target: "y", Time: "t", Features: []string{"a", "b", "one"}, Annual: 1, Lags: []int{},
	Missing: design.Mean}

func newData(r *rand.Rand, n int) data {
	d := data{x: make([][]float64, 5)}
	for i := range n {
		a, b := 100+20*r.NormFloat64(), -3+0.1*r.NormFloat64()
		sin, cos := math.Sincos(float64(i) / 5)
		d.y = append(d.y, 50+0.5*a+8*b+3*sin-2*cos+r.NormFloat64())
		if i%17 == 3 {
			b = math.NaN()
		}
		for j, v := range []float64{a, b, 7, sin, cos} {
			d.x[j] = append(d.x[j], v)
		}
	}
	return d
}

// blocks cuts the rows as a scan of one file does.
func (d data) blocks(size int) (rows []*design.Rows) {
	for from := 0; from < len(d.y); from += size {
		to := min(from+size, len(d.y))
		r := &design.Rows{Used: int64(from), N: to - from, Y: d.y[from:to]}
		for _, x := range d.x {
			r.X = append(r.X, x[from:to])
		}
		rows = append(rows, r)
	}
	return rows
}

func scalerOf(t *testing.T, all ...data) *scaler.Scaler {
	t.Helper()
	var datasets []scaler.Dataset
	for i, d := range all {
		var c scaler.Sums
		for _, rows := range d.blocks(1000) {
			c.Add(rows)
		}
		name := fmt.Sprint("d", i)
		datasets = append(datasets, scaler.Dataset{ID: dataset.ID{Name: name, XXH64: name}, Used: int64(len(d.y)),
			Sums: c})
	}
	return testutil.Must(scaler.New(seasonal, datasets, nil))(t)
}

// fit trains on one dataset, as the stage does.
func fit(t *testing.T, s *scaler.Scaler, d data, alpha float64, folds int) (*Model, *Summary) {
	t.Helper()
	from, to := s.Harmonics()
	set := Settings{Scaler: "s", Target: s.Target, Names: s.FeatureNamesOut, Mean: s.Mean, Scale: s.Scale,
		TargetMean: s.TargetMean,
		SeasonFrom: from, SeasonTo: to, Alpha: alpha, Folds: folds}
	factorizer := NewFactorizer(s, folds)
	n := int64(len(d.y))
	var factors Folds
	for _, rows := range d.blocks(700) {
		factors.Merge(factorizer.Factorize(rows, n))
	}
	return fitted(t, set, Dataset{ID: dataset.ID{Name: "d0", Rows: n, XXH64: "d0"}, Used: n, Folds: factors})
}

// standardized returns rows from to to of [1 | Z] and y − the scaler's mean, Z
// without the constant column.
func (d data) standardized(s *scaler.Scaler, columns []int, from, to int) byHand {
	var rows []float64
	for i := from; i < to; i++ {
		rows = append(rows, 1)
		for _, j := range columns {
			z := (d.x[j][i] - s.Mean[j]) / s.Scale[j]
			if z != z {
				z = 0
			}
			rows = append(rows, z)
		}
		rows = append(rows, d.y[i]-s.TargetMean)
	}
	return newByHand(rows, len(columns)+2)
}

// A model of rows read in blocks is the model that the normal equations give:
// coefficients, standard errors, cross-validation, season, predictions; with and
// without a penalty, small and large; with a scaler that has seen other rows too.
func TestModelOfRows(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	columns := []int{0, 1, 3, 4}
	for _, n := range []int{60, 20000} {
		d := newData(r, n)
		s := scalerOf(t, d, newData(r, n/2))
		for _, alpha := range []float64{0, 5} {
			const folds = 4
			m, summary := fit(t, s, d, alpha, folds)
			if precise := m.Datasets[0].Folds[0].Lo != nil; precise != (n == 60) {
				t.Fatalf("%d rows: precise %v", n, precise)
			}
			what := func(name string) string { return fmt.Sprintf("%d rows, alpha %v: %s", n, alpha, name) }
			h := d.standardized(s, columns, 0, n)
			b, inverse := h.fit(alpha)
			near(t, what("intercept"), m.Intercept, b.AtVec(0)+s.TargetMean)
			residual := h.residuals(b)
			rss := mat.Dot(residual, residual)
			sigma := math.Sqrt(rss / float64(n-5))
			near(t, what("residual deviation"), *summary.ResidualStd, sigma)
			var cov mat.Dense
			cov.Product(inverse, h.gram(), inverse)
			for k, j := range columns {
				near(t, what(m.Names[j]), m.Coef[j], b.AtVec(1+k))
				near(t, what(m.Names[j]+" in the data's units"), summary.Coefficients[j].Value, b.AtVec(1+k)/s.Scale[j])
				se := sigma * math.Sqrt(cov.At(1+k, 1+k))
				near(t, what(m.Names[j]+"'s error"), *summary.Standardized[j].StdError, se)
				near(t, what(m.Names[j]+"'s error in the data's units"), *summary.Coefficients[j].StdError,
					se/s.Scale[j])
				near(t, what(m.Names[j]+"'s t"), *summary.Coefficients[j].T, b.AtVec(1+k)/se)
			}
			// The intercept in the data's units is the prediction where all x are 0.
			zero := mat.NewVecDense(5, []float64{1, 0, 0, 0, 0})
			for k, j := range columns {
				zero.SetVec(1+k, -s.Mean[j]/s.Scale[j])
			}
			near(t, what("intercept in the data's units"), summary.Intercept, mat.Dot(zero, b)+s.TargetMean)
			near(t, what("its error"), *summary.InterceptStdError, sigma*math.Sqrt(mat.Inner(zero, &cov, zero)))
			if m.Coef[2] != 0 || summary.Rank != 5 || len(summary.Collinear) > 0 {
				t.Errorf("%s: coefficient %v, rank %d, %v", what("constant column"), m.Coef[2], summary.Rank,
					summary.Collinear)
			}
			mean, std := meanStd(d.y)
			near(t, what("R²"), summary.R2, 1-rss/(float64(n)*std*std))
			near(t, what("training mean"), m.TrainMean, mean)

			var mses, r2s []float64
			bounds := FoldBounds(int64(n), folds)
			for k := range folds {
				from, to := int(bounds[k]), int(bounds[k+1])
				rest := data{x: make([][]float64, 5), y: append(append([]float64{}, d.y[:from]...), d.y[to:]...)}
				for j, x := range d.x {
					rest.x[j] = append(append([]float64{}, x[:from]...), x[to:]...)
				}
				b, _ := rest.standardized(s, columns, 0, len(rest.y)).fit(alpha)
				test := d.standardized(s, columns, from, to)
				e, held := test.residuals(b), float64(to-from)
				_, std := meanStd(test.y.RawVector().Data)
				mses, r2s = append(mses, mat.Dot(e, e)/held), append(r2s, 1-mat.Dot(e, e)/(held*std*std))
			}
			mse, spread := meanStd(mses)
			near(t, what("cross-validated MSE"), *summary.CV.MSE, mse)
			near(t, what("its spread"), *summary.CV.MSEStd, spread)
			r2, _ := meanStd(r2s)
			near(t, what("cross-validated R²"), *summary.CV.R2, r2)

			// Predictions of other rows, where the constant has changed.
			other := newData(r, 50)
			for i := range other.x[2] {
				other.x[2][i] = 1e9
			}
			rows := other.blocks(50)[0]
			got, season := make([]float64, 50), make([]float64, 50)
			m.Predict(got, rows)
			m.PredictSeason(season, rows)
			var want, wantSeason mat.VecDense
			want.MulVec(other.standardized(s, columns, 0, 50).x, b)
			b, _ = d.standardized(s, []int{3, 4}, 0, n).fit(0)
			wantSeason.MulVec(other.standardized(s, []int{3, 4}, 0, 50).x, b)
			for i := range got {
				near(t, what("prediction"), got[i], want.AtVec(i)+s.TargetMean)
				near(t, what("season"), season[i], wantSeason.AtVec(i)+s.TargetMean)
			}
		}
	}
}

// Of collinear columns the standard errors are those of the pseudo-inverse, and
// the intercept's does not depend on which of them is taken.
func TestLeastNormErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	const n, p, w = 200, 4, 6
	var rows []float64
	for range n {
		x1, x2 := r.NormFloat64(), r.NormFloat64()
		z := []float64{x1, x2, x1 - 2*x2, x1}
		rows = append(append(append(rows, 1), z...), 3+x1+x2+r.NormFloat64())
	}
	m, summary := fitted(t, settings(p), foldsOf("a", rows, w, 5))
	var gram mat.Dense
	z := newByHand(rows, w).centred()
	gram.Mul(z.T(), z)
	inverse := pseudoInverse(&gram)
	for j := range p {
		near(t, m.Names[j]+"'s error", *summary.Coefficients[j].StdError, *summary.ResidualStd*math.Sqrt(inverse.At(j, j)))
	}
	if summary.Rank != 3 {
		t.Errorf("rank %d", summary.Rank)
	}
	residuals := sse(rows, w, append([]float64{m.Intercept}, m.Coef...))
	near(t, "residual deviation", *summary.ResidualStd, math.Sqrt(residuals/(n-3)))
}

// A factor of some columns is that of their rows; what they leave unexplained is
// in its last number. A precise factor stays one only among its like.
func TestColumns(t *testing.T) {
	rows := problem(rand.New(rand.NewPCG(17, 18)), 80, 3, 1)
	f := factorOf(rows, 5, false)
	var some []float64
	for i := range 80 {
		some = append(some, rows[i*5], rows[i*5+2], rows[i*5+4])
	}
	want := factorOf(some, 3, false)
	got := f.Columns([]int{0, 2, 4})
	for k := range want.R {
		near(t, "R", got.R[k], want.R[k])
	}
	b := refit(some, 3, 0)
	near(t, "unexplained", got.ResidualSquares(), sse(some, 3, b))
	if got.N != 80 || new(Factor).ResidualSquares() != 0 {
		t.Errorf("%d rows", got.N)
	}
	mixed := factorOf(rows, 5, true)
	mixed.Merge(factorOf(rows, 5, true))
	if mixed.Lo == nil || mixed.rounding() != 0 {
		t.Error("precise factors merge into one that is not")
	}
	mixed.Merge(f)
	if mixed.Lo != nil || mixed.rounding() == 0 || mixed.N != 240 {
		t.Error("a factor of float64 makes no precise one")
	}
	near(t, "merged", mixed.R[0], math.Sqrt(240))
}

// Few degrees of freedom, small problems, large ones.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		n       int64
		w       int
		precise bool
	}{{1 << 19, 1, true}, {1<<19 + 1, 1, false}, {5242, 10, true}, {5243, 10, false}, {1, 1000, false}} {
		if Precise(c.n, c.w) != c.precise {
			t.Errorf("%d rows of %d: precise is not %v", c.n, c.w, c.precise)
		}
	}
	rows := problem(rand.New(rand.NewPCG(19, 20)), 5, 3, 1)
	for n := 3; n <= 5; n++ {
		_, summary, err := New(settings(3), []Dataset{foldsOf("a", rows[:n*5], 5, 5)})
		switch {
		case n == 3 && (err == nil || !strings.HasPrefix(err.Error(),
			"fewer rows than coefficients: 3 rows, 4 coefficients")):
			t.Errorf("3 rows: %v", err)
		case n == 4 && (err != nil || summary.ResidualStd != nil || summary.Coefficients[0].StdError != nil ||
			!strings.HasPrefix(summary.StdErrorReason, "no degrees of freedom are left: 4 rows, 4 coefficients")):
			t.Errorf("4 rows: %v, %+v", err, summary)
		case n == 5 && (err != nil || summary.ResidualStd == nil || summary.StdErrorReason != ""):
			t.Errorf("5 rows: %v, %+v", err, summary)
		}
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// The condition is that of the centred columns which count; offsets are in
// deviations; one dataset influences no other.
func TestSmallFigures(t *testing.T) {
	const n, p, w = 100, 3, 5
	rows := problem(rand.New(rand.NewPCG(21, 22)), n, p, 1)
	_, summary := fitted(t, settings(p), foldsOf("a", rows, w, 5))
	if want := mat.Cond(newByHand(rows, w).centred(), 2); math.Abs(summary.Condition/want-1) > 1e-5 {
		t.Errorf("condition %v, want %v", summary.Condition, want)
	}
	if len(summary.Influence) != 0 {
		t.Errorf("one dataset has influence: %+v", summary.Influence)
	}
	zeros := make([]float64, n*w)
	for i := range n {
		zeros[i*w], zeros[i*w+w-1] = 1, rows[i*w+w-1]
	}
	if _, summary := fitted(t, settings(p), foldsOf("a", zeros, w, 5)); summary.Condition != 1 {
		t.Errorf("without a column that varies: %+v", summary)
	}
	s := Settings{Mean: []float64{-6, 0}, Scale: []float64{2, 5}}
	if got := s.offsets(); got[0] != 3 || got[1] != 0 {
		t.Errorf("offsets %v", got)
	}
	parts := []*Model{{Settings: settings(p)}, {Settings: settings(p)}}
	parts[1].Scaler = "another"
	if _, _, err := Merge(parts); err == nil || !strings.HasPrefix(err.Error(), "model 2 was trained with another scaler") {
		t.Errorf("got %v", err)
	}
}
