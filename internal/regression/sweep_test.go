package regression

import (
	"math"
	"math/rand/v2"
	"testing"
)

// randomRows are n rows [1 | Z | y] of p columns; column 3 is the sum of 1 and 2.
func randomRows(r *rand.Rand, n, p int) []float64 {
	rows := make([]float64, 0, n*(p+2))
	for range n {
		row := make([]float64, p+2)
		row[0] = 1
		for j := 1; j <= p; j++ {
			row[j] = r.NormFloat64() + 0.5*row[j-1]
		}
		row[3] = row[1] + row[2]
		for j := range p {
			row[p+1] += float64(j%3) * row[j+1]
		}
		row[p+1] += r.NormFloat64()
		rows = append(rows, row...)
	}
	return rows
}

// A swept matrix gives what least squares on the same columns gives, with any group of
// columns more or fewer, however it was reached.
func TestSweep(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n, p = 60, 9
	var f Factor
	f.Add(randomRows(r, n, p), p+2)
	g := newNormal(p + 2)
	g.add(&f)
	rss := func(columns ...int) float64 { // by the factor
		sub := f.Columns(append(append([]int{0}, columns...), p+1))
		return sub.ResidualSquares()
	}
	check := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	s := newSweep(g)
	s.include([]int{0})
	s.include([]int{1, 2})
	s.include([]int{5, 6})
	check("with 8, 9", g.squaredError(s.fitWith([]int{8, 9})), rss(1, 2, 5, 6, 8, 9))
	check("with a column that follows", g.squaredError(s.fitWith([]int{3, 4})), rss(1, 2, 4, 5, 6))
	s.include([]int{3, 4})
	check("included", g.squaredError(s.fit()), rss(1, 2, 4, 5, 6))
	check("without 3, 4", g.squaredError(s.fitWithout([]int{3, 4})), rss(1, 2, 5, 6))
	check("without 1, 2", g.squaredError(s.fitWithout([]int{1, 2})), rss(4, 5, 6))
	s.exclude([]int{1, 2})
	s.include([]int{7})
	s.exclude([]int{5, 6})
	check("excluded", g.squaredError(s.fit()), rss(4, 7))
}
