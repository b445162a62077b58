package metrics

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"mlpipeline/internal/scaler"
)

// tenthsOfUnit are those of numbers that are even from 0 to 1.
func tenthsOfUnit() scaler.Tenths {
	t := scaler.Tenths{Name: "x"}
	for k := range tenths {
		t.Middles = append(t.Middles, (float64(k)+0.5)/tenths)
		if k > 0 {
			t.Edges = append(t.Edges, float64(k)/tenths)
		}
	}
	return t
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
	column := tenthsOfUnit()
	found := func(seed uint64, n int, widened float64, law func(x float64) float64) bool {
		x, residual := bentBy(rand.New(rand.NewPCG(seed, 1)), n, law)
		var sums ResidualsByTenth
		sums.Add([]scaler.Tenths{column}, [][]float64{x}, residualSample(residual, NewScale(1, 50, 0, 1)))
		return bend(&sums[0], column.Middles, widened) > 0
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
func TestResidualsByTenthMerge(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	x, residual := bentBy(r, 3000, func(x float64) float64 { return 30 * (x - 0.5) })
	x[5], residual[9] = math.NaN(), math.NaN()
	columns, scale := []scaler.Tenths{tenthsOfUnit(), tenthsOfUnit()}, NewScale(1.7, 50, 0, 1)
	var whole ResidualsByTenth
	whole.Add(columns, [][]float64{x}, residualSample(residual, scale))
	var rows int64
	for _, b := range whole[0] {
		rows += b.N
	}
	if rows != 2998 || !reflect.DeepEqual(whole[0], whole[1]) || whole.check(2998) != nil || whole.check(2997) == nil {
		t.Fatalf("%d rows in %+v", rows, whole)
	}
	for range 20 {
		var merged ResidualsByTenth
		order := r.Perm(30)
		for _, k := range order {
			var part ResidualsByTenth
			part.Add(columns, [][]float64{x[100*k : 100*k+100]}, residualSample(residual[100*k:100*k+100], scale))
			merged.Merge(part)
			merged.Merge(nil)
		}
		if !reflect.DeepEqual(merged, whole) {
			t.Fatal("another order gives other sums")
		}
	}
}
