package regression

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mlpipeline/internal/moments"
	"mlpipeline/internal/testutil"
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
// in double-double arithmetic; with columns that follow from others too, and a level that
// has no row.
func TestWideErrors(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	const p, w, n = 40, 42, 300
	rows := problem(r, n, p, 1)
	plain, err := newSolver(factorOf(rows, w, false), nil, 0, nil, nil)
	if err != nil || len(plain.dropped) > 0 {
		t.Fatalf("columns %v follow from others: %v", plain.dropped, err)
	}
	for i := range n {
		row := rows[i*w : (i+1)*w]
		row[5], row[30] = row[2]-3*row[4], row[1]
	}
	dropped, err := newSolver(factorOf(rows, w, false), nil, 0, nil, nil)
	if err != nil || len(dropped.dropped) != 2 {
		t.Fatalf("columns %v follow from others: %v", dropped.dropped, err)
	}
	d := newWords(3, 600)
	s := scalerOf(t, worded, d.csv())
	set := wordSettings(s, 0, usual)
	absent := testutil.Must(set.solver(allOf(pool([]Dataset{datasetOf(t, s, "d", d.without("e").csv(), 5)}, 5)), 0))(t)
	for name, a := range map[string]*solver{"plain": plain, "two dropped": dropped, "absent level": absent} {
		point := make([]moments.Sum, a.p)
		for j := range point {
			point[j] = moments.Float(r.NormFloat64())
		}
		want := a.classical(point)
		a.wide = true
		got := a.classical(point)
		for j := range want.b {
			near(t, fmt.Sprintf("%s: error %d", name, j), got.b[j], want.b[j])
		}
		near(t, name+": error at the point", got.at, want.at)
	}
}

// Of more columns than rows there is a ridge solution; least squares is refused.
func TestMoreColumnsThanRows(t *testing.T) {
	r := rand.New(rand.NewPCG(37, 38))
	for _, n := range []int{4, 119, 120, 121} {
		const p, w, folds = 120, 122, 3
		rows := problem(r, n, p, 1)
		for i := range n {
			rows[i*w+7] = rows[i*w+3] // a copy
			rows[i*w+9] = 0           // and a column that does not vary
		}
		for _, alpha := range []float64{1e-3, 500} {
			what := fmt.Sprintf("%d rows, alpha %v", n, alpha)
			s := settings(p)
			s.Folds, s.Alpha = folds, alpha
			m, summary, err := New(s, []Dataset{foldsOf("a", rows, w, folds)})
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			b := refit(rows, w, alpha)
			near(t, what+": intercept", m.Intercept, b[0])
			for j := range m.Coef {
				near(t, what+": coefficient", m.Coef[j], b[1+j])
			}
			if want := min(n, p-1); summary.Rank != want || m.Coef[8] != 0 {
				t.Errorf("%s: rank %d, not %d; constant column %v", what, summary.Rank, want, m.Coef[8])
			}
			mse := 0.0
			for k := range folds {
				test, train := holdOut([][]float64{rows}, w, folds, k)
				mse += sse(test, w, refit(train, w, alpha)) / float64(len(test)/w) / folds
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
