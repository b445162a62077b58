package regression

import (
	"math"
	"reflect"
	"testing"

	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

// The factor and the cells of a fold are those of its rows, in whatever blocks they come:
// contiguous with a time, every K-th without one.
func TestGather(t *testing.T) {
	const n, folds = 103, 4
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i] = float64(i*i%37), float64(i)
	}
	x[50] = math.NaN()
	sketches := []*moments.Sketch{{}, {}}
	sketches[0].Add(x)
	sketches[1].Add(y)
	for _, time := range []string{"", "t"} {
		s := &scaler.Scaler{Design: design.Design{Features: []string{"x"}, Target: "y", Time: time}, Mean: []float64{18},
			Scale: []float64{11}, Var: []float64{121}, TargetMean: 51, TargetVar: 900, Sketches: sketches}
		columns := driftColumns(s)
		factorizer := NewFactorizer(s, &Settings{Folds: folds, Columns: columns}, []int64{n})
		if len(columns) != 2 || columns[0].Low != 0 || columns[1].High != n-1 || len(columns[1].Edges) != 9 || columns[1].Edges[0] != 10 {
			t.Fatalf("%+v", columns)
		}
		constant := *s
		constant.Var, constant.Scale = []float64{0}, []float64{1}
		if c := driftColumns(&constant)[0]; c.Deviation != 0 {
			t.Errorf("a column that does not vary moves in units of %v", c.Deviation)
		}
		bounds := FoldBounds(n, folds)
		for _, size := range []int{1, 7, 40, n} {
			var got Folds
			for from := 0; from < n; from += size {
				to := min(n, from+size)
				rows := &design.Rows{N: to - from, UsedBefore: int64(from), X: [][]float64{x[from:to]}, Y: y[from:to]}
				got.Merge(testutil.Must(factorizer.Gather(rows))(t))
			}
			whole := &design.Rows{N: n, X: [][]float64{x}, Y: y}
			for k := range folds {
				from, to, step := int(bounds[k]), int(bounds[k+1]), 1
				if time == "" {
					from, to, step = k, n, folds
				}
				var rows []float64
				for i := from; i < to; i += step {
					z := (x[i] - 18) / 11
					if z != z {
						z = 0
					}
					rows = append(rows, 1, z, y[i]-51)
				}
				alike(t, "the factor of a fold", got[k].R, factorOf(rows, 3, true).R, 1e-9)
				want, _ := columns.Count(whole, from, to, step, nil)
				for j := range want {
					if math.Abs(got[k].Cells[j].Moved-want[j].Moved) > 1e-9 {
						t.Errorf("moved by %v, want %v", got[k].Cells[j].Moved, want[j].Moved)
					}
					got[k].Cells[j].Moved = want[j].Moved
				}
				if !reflect.DeepEqual(got[k].Cells, want) {
					t.Errorf("time %q, blocks of %d, fold %d: %v, want %v", time, size, k, got[k].Cells, want)
				}
			}
		}
	}
}
