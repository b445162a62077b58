package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/design"
	"mlpipeline/internal/testutil"
)

var seasonal = design.Design{Target: "y", Time: "t", Features: []string{"a", "b", "one"}, Annual: 1, Lags: []int{},
	Missing: design.Mean}

// newFile is n rows, six days apart: two columns far from 0, one of them with missing cells,
// and one that is constant.
func newFile(r *rand.Rand, n int) string {
	var csv strings.Builder
	csv.WriteString("t,a,b,one,y\n")
	for i := range n {
		at := time.Date(1900, 1, 1+6*i, 0, 0, 0, 0, time.UTC)
		sin, cos := math.Sincos(2 * math.Pi * float64(at.YearDay()) / 365)
		a, b := 100+20*r.NormFloat64(), -3+0.1*r.NormFloat64()
		y := 50 + 0.5*a + 8*b + 3*sin - 2*cos + r.NormFloat64()
		if i%17 == 3 {
			b = math.NaN()
		}
		fmt.Fprintf(&csv, "%s,%v,%v,7,%v\n", at.Format(time.DateOnly), a, b, y)
	}
	return csv.String()
}

// someColumns returns rows of w columns with some of them alone.
func someColumns(rows []float64, w int, columns ...int) (some []float64) {
	for i := 0; i < len(rows); i += w {
		for _, j := range columns {
			some = append(some, rows[i+j])
		}
	}
	return some
}

// holdOut returns the rows of fold k of files, and all others.
func holdOut(files [][]float64, w, folds, k int) (test, train []float64) {
	for _, rows := range files {
		bounds := FoldBounds(int64(len(rows)/w), folds)
		from, to := int(bounds[k])*w, int(bounds[k+1])*w
		test, train = append(test, rows[from:to]...), append(append(train, rows[:from]...), rows[to:]...)
	}
	return test, train
}

// A model of files read in blocks is the model that the normal equations give: coefficients,
// standard errors, cross-validation, influence, season, predictions; with and without a penalty,
// small and large; with a scaler that has seen other rows too.
func TestModelOfRows(t *testing.T) {
	const p, w, folds = 5, 7, 4
	r := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int{60, 20000} {
		csv := []string{newFile(r, n), newFile(r, n/2)}
		s := scalerOf(t, seasonal, append(csv, newFile(r, n/3))...)
		// standardized returns rows [1 | Z | y − the scaler's mean].
		standardized := func(csv string) []float64 {
			return eachRow(t, &s.Design, csv, func(rows *design.Rows) (all []float64) {
				for i := range rows.N {
					all = append(all, 1)
					for j, x := range rows.X {
						z := (x[i] - s.Mean[j]) / s.Scale[j]
						if z != z {
							z = 0
						}
						all = append(all, z)
					}
					all = append(all, rows.Y[i]-s.TargetMean)
				}
				return all
			})
		}
		files := [][]float64{standardized(csv[0]), standardized(csv[1])}
		all := slices.Concat(files...)
		for _, alpha := range []float64{0, 5} {
			m, summary := fitted(t, SettingsOf(s, Fit{Alpha: alpha, Folds: folds}),
				datasetOf(t, s, "a", csv[0], folds), datasetOf(t, s, "b", csv[1], folds))
			if precise := m.Datasets[0].Folds[0].Lo != nil; precise != (n == 60) {
				t.Fatalf("%d rows: precise %v", n, precise)
			}
			what := func(name string) string { return fmt.Sprintf("%d rows, alpha %v: %s", n, alpha, name) }
			h := newByHand(all, w)
			b, inverse := h.fit(alpha)
			rss := sse(all, w, b.RawVector().Data)
			rows := float64(len(all) / w)
			sigma := math.Sqrt(rss / (rows - p))
			near(t, what("residual deviation"), *summary.ResidualStd, sigma)
			var cov mat.Dense
			cov.Product(inverse, h.gram(), inverse)
			zero := mat.NewVecDense(p+1, nil) // the row of which all x are 0
			zero.SetVec(0, 1)
			for j, name := range m.Names {
				zero.SetVec(1+j, -s.Mean[j]/s.Scale[j])
				near(t, what(name), m.Coef[j], b.AtVec(1+j))
				if name == "one" {
					continue
				}
				se := sigma * math.Sqrt(cov.At(1+j, 1+j))
				near(t, what(name+"'s error"), *summary.Standardized[j].StdError, se)
				near(t, what(name+"'s error in the data's units"), *summary.Coefficients[j].StdError, se/s.Scale[j])
				near(t, what(name+"'s t"), *summary.Coefficients[j].T, b.AtVec(1+j)/se)
			}
			near(t, what("intercept in the data's units"), summary.Intercept, mat.Dot(zero, b)+s.TargetMean)
			near(t, what("its error"), *summary.InterceptStdError, sigma*math.Sqrt(mat.Inner(zero, &cov, zero)))
			if m.Coef[2] != 0 || summary.Rank != p || len(summary.Collinear) > 0 {
				t.Errorf("%s: coefficient %v, rank %d, %v", what("constant column"), m.Coef[2], summary.Rank, summary.Collinear)
			}
			mse := 0.0
			for k := range folds {
				test, train := holdOut(files, w, folds, k)
				mse += sse(test, w, refit(train, w, alpha)) / float64(len(test)/w) / folds
			}
			near(t, what("cross-validated MSE"), *summary.CV.MSE, mse)
			for k, in := range summary.Influence {
				other := files[1-k]
				near(t, what("influence of "+in.Name), *in.DeltaMSE,
					(sse(other, w, b.RawVector().Data)-sse(other, w, refit(other, w, alpha)))/float64(len(other)/w))
			}

			other := newFile(r, 50)
			got := m.predictions(t, s, other)
			season := eachRow(t, &s.Design, other, func(rows *design.Rows) []float64 {
				predicted := make([]float64, rows.N)
				m.PredictSeason(predicted, rows)
				return predicted
			})
			ofSeason := newByHand(someColumns(standardized(other), w, 0, 4, 5, 6), 4)
			var want, wantSeason mat.VecDense
			want.MulVec(newByHand(standardized(other), w).x, b)
			wantSeason.MulVec(ofSeason.x, mat.NewVecDense(3, refit(someColumns(all, w, 0, 4, 5, 6), 4, 0)))
			for i := range got {
				near(t, what("prediction"), got[i], want.AtVec(i)+s.TargetMean)
				near(t, what("season"), season[i], wantSeason.AtVec(i)+s.TargetMean)
			}
		}
	}
}

// A factor of some columns is that of their rows; what they leave unexplained is
// in its last number. A precise factor stays one only among its like.
func TestColumns(t *testing.T) {
	rows := problem(rand.New(rand.NewPCG(17, 18)), 80, 3, 1)
	f := factorOf(rows, 5, false)
	some := someColumns(rows, 5, 0, 2, 4)
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

// A problem is solved in twice the digits while rows × columns² are few.
func TestPrecise(t *testing.T) {
	for _, c := range []struct {
		n       int64
		w       int
		precise bool
	}{{1 << 19, 1, true}, {1<<19 + 1, 1, false}, {5242, 10, true}, {5243, 10, false}, {1, 1000, false}} {
		if Precise(c.n, c.w) != c.precise {
			t.Errorf("%d rows of %d: precise is not %v", c.n, c.w, c.precise)
		}
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
	other := Model{Settings: settings(p)}
	other.Scaler = "another"
	_, _, err := Merge([]*Model{{Settings: settings(p)}, &other})
	testutil.Fails(t, err, "model 2 was trained with another scaler")
}
