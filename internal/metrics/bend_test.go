package metrics

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"mlpipeline/internal/design"
)

// even is a column of numbers that are even from 0 to 1.
func even() Column {
	c := Column{Name: "x", High: 1}
	for k := range tenths {
		c.Middles = append(c.Middles, (float64(k)+0.5)/tenths)
		if k > 0 {
			c.Edges = append(c.Edges, float64(k)/tenths)
		}
	}
	return c
}

// byBin sums up the residuals of rows of x.
func byBin(columns Columns, x, residual []float64, s *Scale) ResidualsByBin {
	_, sums := columns.Count(&design.Rows{N: len(x), X: [][]float64{x}}, 0, len(x), 1, residualSample(residual, s))
	return sums
}

// bentBy returns rows of x even from 0 to 1 whose residuals are noise and some law of x.
func bentBy(r *rand.Rand, n int, law func(x float64) float64) (x, residual []float64) {
	for range n {
		x = append(x, r.Float64())
		residual = append(residual, law(x[len(x)-1])+r.NormFloat64())
	}
	return x, residual
}

// residualSample is of rows that are predicted as 0.
func residualSample(residual []float64, s *Scale) *Sample {
	return &Sample{Actual: residual, Predicted: make([]float64, len(residual)), Scale: s}
}

// What bends is found, a straight line is not taken for it, and noise seldom.
func TestBend(t *testing.T) {
	columns := Columns{even()}
	found := func(seed uint64, n int, widened float64, law func(x float64) float64) bool {
		x, residual := bentBy(rand.New(rand.NewPCG(seed, 1)), n, law)
		return bend(byBin(columns, x, residual, NewScale(1, 50, 0, 1))[0], columns[0].Middles, widened) > 0
	}
	vee := func(x float64) float64 { return 4*math.Abs(x-0.5) - 1 }
	line := func(x float64) float64 { return 4*x - 2 }
	flat := func(float64) float64 { return 0 }
	wrong, bends := 0, 0
	for seed := range uint64(200) {
		if found(seed, 500, 1, flat) {
			wrong++
		}
		if found(seed, 500, 1, vee) {
			bends++
		}
		if seed%10 == 0 && found(seed, 20000, 1, line) {
			t.Errorf("seed %d: a line bends", seed)
		}
	}
	if wrong > 10 || bends < 190 {
		t.Errorf("of 200, noise bends %d times and a V %d times", wrong, bends)
	}
	forged := slices.Repeat([]Residuals{{N: 20, Squares: 20}}, tenths)
	if bend(forged, []float64{1, 2, 3, 4}, 1) != 0 {
		t.Error("bins beyond the middles count")
	}
	if found(1, 500, 20, vee) {
		t.Error("wide standard errors do not count")
	}
	if found(1, 30, 1, vee) {
		t.Error("three rows a tenth are enough")
	}
	if found(1, 200000, 1, func(x float64) float64 { return vee(x) / 20 }) {
		t.Error("a bend that hardly adds to the error is told")
	}
}

// Sums are the same to the last bit in any order and in any blocks.
func TestResidualsByBinMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x, residual := bentBy(r, 3000, func(x float64) float64 { return 30 * (x - 0.5) })
	x[5], residual[9] = math.NaN(), math.NaN()
	columns, scale := Columns{even(), {Edges: even().Edges}, even()}, NewScale(1.7, 50, 0, 1)
	whole := byBin(columns, x, residual, scale)
	var rows int64
	for _, b := range whole[0] {
		rows += b.N
	}
	if rows != 2998 || !reflect.DeepEqual(whole[0], whole[2]) || whole[1] != nil || !whole.possible(columns, 2998) ||
		whole.possible(columns, 2997) || whole.possible(columns[:2], 2998) {
		t.Fatalf("%d rows in %+v", rows, whole)
	}
	for range 20 {
		var merged ResidualsByBin
		order := r.Perm(30)
		for _, k := range order {
			merged.Merge(byBin(columns, x[100*k:100*k+100], residual[100*k:100*k+100], scale))
			merged.Merge(nil)
		}
		if !reflect.DeepEqual(merged, whole) {
			t.Fatal("another order gives other sums")
		}
	}
}
