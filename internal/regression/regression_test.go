package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
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

// Collinear columns are named, and how they follow; the solution is that of least norm, which
// treats equals equally, as the smallest penalty does, and the standard errors are those of the pseudo-inverse.
func TestCollinear(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const n, w = 100, 7
	var rows []float64
	for range n {
		x1, x2 := r.NormFloat64(), r.NormFloat64()
		rows = append(rows, 1, x1, x2, 2*x1-x2, 0, x1, x1+x2+r.NormFloat64())
	}
	m, summary := fitted(t, settings(5), foldsOf("a", rows, w, 5))
	if got := strings.Join(summary.Relations, "; "); got != "x3 = 2·x1 − x2; x5 = x1" {
		t.Errorf("relations: %s", got)
	}
	if fmt.Sprint(summary.Collinear) != "[x3 x5]" || summary.Rank != 3 {
		t.Errorf("collinear %v, rank %d", summary.Collinear, summary.Rank)
	}
	near(t, "equal columns' coefficients", m.Coef[0]-m.Coef[4], 0)
	smallest := settings(5)
	smallest.Alpha = 1e-300
	ridge, _ := fitted(t, smallest, foldsOf("a", rows, w, 5))
	alike(t, "coefficients with the smallest penalty", ridge.Coef, m.Coef, 1e-9)
	if m.Coef[3] != 0 {
		t.Errorf("the constant column's coefficient is %v", m.Coef[3])
	}
	near(t, "residual deviation", *summary.ResidualStd,
		math.Sqrt(sse(rows, w, append([]float64{m.Intercept}, m.Coef...))/(n-3)))
	var gram mat.Dense
	z := newByHand(rows, w).centred()
	gram.Mul(z.T(), z)
	inverse := pseudoInverse(&gram)
	for j := range m.Coef {
		near(t, m.Names[j]+"'s error", *summary.Coefficients[j].StdError, *summary.ResidualStd*math.Sqrt(inverse.At(j, j)))
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
