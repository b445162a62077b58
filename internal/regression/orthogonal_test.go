package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"mlpipeline/internal/moments"
)

// A triangle keeps the lengths of all columns and the angles between them, RᵀR = AᵀA,
// also where nothing but rounding is left of many columns (levels that a fold has not
// are multiples of the intercept), columns are 0, or end in zeros.
func TestOrthogonal(t *testing.T) {
	kinds := map[string]func(random *rand.Rand, i, j, w int) float64{
		"constants": func(random *rand.Rand, i, j, w int) float64 {
			if j < w/2 {
				return 1 / (0.37 + float64(j))
			}
			return random.NormFloat64()
		},
		"squares that vanish": func(random *rand.Rand, i, j, w int) float64 {
			if j%4 == 1 {
				return 1e-161 * random.NormFloat64()
			}
			return random.NormFloat64()
		},
		"zeros at the end": func(random *rand.Rand, i, j, w int) float64 {
			first := i%40 < 2
			if w > 32 && j < 32 || j == 32 && first || j == 32+1 && !first {
				return 0
			}
			return random.NormFloat64()
		},
		"steps": func(random *rand.Rand, i, j, w int) float64 {
			if i%w < j {
				return 1
			}
			return float64(random.IntN(3))
		},
	}
	for kind, cell := range kinds {
		for _, w := range []int{14, 40, 70, 140} {
			random := rand.New(rand.NewPCG(uint64(w), 1))
			rows := make([]float64, 160*w)
			for i := range rows {
				rows[i] = cell(random, i/w, i%w, w)
			}
			var plain, precise, merged Factor
			step := 40
			if w > 128 { // a first block in panels
				step = 160
			}
			for from := 0; from < 160; from += step {
				part := rows[from*w : (from+step)*w]
				plain.Add(slices.Clone(part), w)
				var sum Factor
				sum.Add(slices.Clone(part), w)
				merged.Merge(&sum)
				exact := make([]moments.Sum, len(part))
				for i, v := range part {
					exact[i] = moments.Float(v)
				}
				precise.AddPrecise(exact, w)
			}
			for name, f := range map[string]*Factor{"added": &plain, "merged": &merged, "precise": &precise} {
				tolerance := 1e-13
				if name == "precise" {
					tolerance = 1e-28
				}
				if err := sameGram(rows, f, tolerance); err != nil {
					t.Errorf("%s, %d columns, %s: %v", kind, w, name, err)
				}
			}
		}
	}
}

// sameGram compares AᵀA with RᵀR, in units of the columns' lengths.
func sameGram(rows []float64, f *Factor, tolerance float64) error {
	w := f.Width
	exact := make([]moments.Sum, len(rows))
	for i, v := range rows {
		exact[i] = moments.Float(v)
	}
	want, got := gram(exact, w), gram(f.precise(), w)
	for a := range w {
		for b := range w {
			x, y := want[a*w+a].Value(), want[b*w+b].Value()
			if x < 1e-300 || y < 1e-300 {
				continue
			}
			size := math.Sqrt(x) * math.Sqrt(y)
			if off := got[a*w+b].Minus(want[a*w+b]).Value(); math.Abs(off) > tolerance*size {
				return fmt.Errorf("columns %d and %d: off by %.2g", a, b, off/size)
			}
		}
	}
	return nil
}

func gram(rows []moments.Sum, w int) []moments.Sum {
	g := make([]moments.Sum, w*w)
	for i := 0; i < len(rows); i += w {
		for a := range w {
			for b := range w {
				g[a*w+b].Merge(rows[i+a].Times(rows[i+b]))
			}
		}
	}
	return g
}
