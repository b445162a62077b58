package regression

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"mlpipeline/internal/testutil"
)

// The fits of a path are those with each penalty by itself, with columns that follow from others,
// levels, and fewer rows than columns too.
func TestPath(t *testing.T) {
	alphas := []float64{1e-4, 0.1, 7, 1e4}
	check := func(what string, a *solver, alphas []float64) {
		t.Helper()
		for i, x := range a.path(alphas) {
			want := a.penalized(alphas[i]).solve()
			alike(t, fmt.Sprintf("%s, alpha %v", what, alphas[i]), append(x.coef(), x.b0.Value()),
				append(want.coef(), want.b0.Value()), 1e-9)
		}
	}
	for _, n := range []int{1, 2, 8, 60} {
		const p, w = 12, 14
		rows := problem(rand.New(rand.NewPCG(7, uint64(n))), n, p, 1)
		for i := range n {
			row := rows[i*w : (i+1)*w]
			row[5], row[9], row[10] = row[2]-3*row[4], row[1], 0
		}
		for _, precise := range []bool{false, true} {
			a := testutil.Must(newSolver(factorOf(rows, w, precise), nil, 1, nil, nil))(t)
			check(fmt.Sprintf("%d rows", n), a, alphas)
		}
	}
	d := newWords(3, 600)
	s := scalerOf(t, worded, d.csv())
	set := wordSettings(s, 0, usual)
	folds := pool([]Dataset{datasetOf(t, s, "d", d.csv(), 5)}, 5)
	check("levels", testutil.Must(set.solver(allOf(folds), 0))(t), append(alphas, 0))
}
