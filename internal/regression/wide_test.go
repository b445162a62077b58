package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/moments"
)

// Factors share what is made, and none changes another.
func TestShared(t *testing.T) {
	for _, precise := range []bool{false, true} {
		rows := problem(rand.New(rand.NewPCG(33, 34)), 60, 4, 1)
		a, b := factorOf(rows[:180], 6, precise), factorOf(rows[180:], 6, precise)
		before := slices.Clone(a.R)
		sum := join(a, new(Factor))
		sum.Merge(b)
		sum.Merge(a)
		if !slices.Equal(a.R, before) {
			t.Errorf("precise %v: a factor changed with what it was merged into", precise)
		}
	}
}

// What is said of many columns, by products of matrices, is what is said of few,
// in double-double arithmetic; with columns that follow from others too.
func TestWideErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	const p, w, n = 40, 42, 300
	rows := problem(r, n, p, 1)
	point := make([]moments.Sum, p)
	for j := range point {
		point[j] = moments.Float(r.NormFloat64())
	}
	for _, dropped := range []int{0, 2} {
		if dropped > 0 {
			for i := range n {
				row := rows[i*w : (i+1)*w]
				row[5], row[30] = row[2]-3*row[4], row[1]
			}
		}
		a, err := newSolver(factorOf(rows, w, false), nil, 0)
		if err != nil || len(a.dropped) != dropped {
			t.Fatalf("columns %v follow from others: %v", a.dropped, err)
		}
		want := a.classical(point)
		a.wide = true
		got := a.classical(point)
		for j := range want.b {
			near(t, fmt.Sprintf("%d dropped: error %d", dropped, j), got.b[j], want.b[j])
		}
		near(t, "error at the point", got.at, want.at)
	}
}

// Of more columns than rows the ridge solution is that of the dual problem,
// b = Zᵀ·(Z·Zᵀ + alpha·I)⁻¹·(y − ȳ) with Z centred; least squares is refused.
func TestMoreColumnsThanRows(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 38))
	for _, n := range []int{4, 20, 119, 120, 121} {
		const p, w, folds = 120, 122, 3
		rows := problem(r, n, p, 1)
		for i := range n {
			rows[i*w+7] = rows[i*w+3] // a copy
			rows[i*w+9] = 0           // and a column that does not vary
		}
		for _, alpha := range []float64{1e-3, 2, 500} {
			what := fmt.Sprintf("%d rows, alpha %v", n, alpha)
			s := settings(p)
			s.Folds, s.Alpha = folds, alpha
			m, summary, err := New(s, []Dataset{foldsOf("a", rows, w, folds)})
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			b0, b := dual(rows, w, alpha)
			near(t, what+": intercept", m.Intercept, b0)
			for j := range b {
				near(t, what+": coefficient", m.Coef[j], b[j])
			}
			if want := min(n, p-1); summary.Rank != want || m.Coef[8] != 0 {
				t.Errorf("%s: rank %d, not %d; constant column %v", what, summary.Rank, want, m.Coef[8])
			}
			bounds := FoldBounds(int64(n), folds)
			mse := 0.0
			for k := range folds {
				from, to := int(bounds[k])*w, int(bounds[k+1])*w
				b0, b := dual(slices.Concat(rows[:from], rows[to:]), w, alpha)
				mse += sse(rows[from:to], w, append([]float64{b0}, b...)) / float64((to-from)/w) / folds
			}
			near(t, what+": cross-validated MSE", *summary.CV.MSE/mse, 1)
		}
		if n <= p {
			s := settings(p)
			s.Alpha = 1
			if _, summary, err := New(s, []Dataset{foldsOf("a", rows, w, s.Folds)}); err != nil || len(summary.Collinear) > 0 {
				t.Errorf("%d rows: collinear %v: %v", n, summary.Collinear, err)
			}
			s.Alpha = 0
			if _, _, err := New(s, []Dataset{foldsOf("a", rows, w, s.Folds)}); err == nil {
				t.Errorf("%d rows: least squares of %d columns", n, p)
			}
			s.Auto, s.Folds = true, folds
			m, summary, err := New(s, []Dataset{foldsOf("a", rows, w, folds)})
			if err != nil || m.Penalty == 0 || len(summary.CV.Path) != 21 {
				t.Errorf("%d rows: penalty %v chosen of %d: %v", n, m.Penalty, len(summary.CV.Path), err)
			}
		}
	}
}

// dual solves ridge regression by an n×n system.
func dual(rows []float64, w int, alpha float64) (b0 float64, b []float64) {
	n, p := len(rows)/w, w-2
	z, mean := mat.DenseCopyOf(mat.NewDense(n, w, rows).Slice(0, n, 1, w)), make([]float64, p+1)
	for j := range mean {
		for i := range n {
			mean[j] += z.At(i, j) / float64(n)
		}
		for i := range n {
			z.Set(i, j, z.At(i, j)-mean[j])
		}
	}
	x := z.Slice(0, n, 0, p)
	var kernel mat.Dense
	kernel.Mul(x, x.T())
	for i := range n {
		kernel.Set(i, i, kernel.At(i, i)+alpha)
	}
	var c, solution mat.VecDense
	if err := c.SolveVec(&kernel, z.ColView(p)); err != nil {
		panic(err)
	}
	solution.MulVec(x.T(), &c)
	b, b0 = solution.RawVector().Data, mean[p]
	for j := range b {
		b0 -= b[j] * mean[j]
	}
	return b0, b
}

func BenchmarkWideMerge(b *testing.B) {
	const w = 1000
	r := rand.New(rand.NewPCG(1, 2))
	f, o := factorOf(problem(r, 2*w, w-2, 1), w, false), factorOf(problem(r, 2*w, w-2, 1), w, false)
	for b.Loop() {
		sum := join(f, o)
		if math.IsNaN(sum.R[0]) {
			b.Fatal("NaN")
		}
	}
}
