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
// are multiples of the intercept), columns are 0, or end in zeros; of more rows than
// columns and of fewer, however they come: at once, in portions, as factors that merge,
// precise or not. Rows that wait give the same bytes in portions of any size.
func TestFactor(t *testing.T) {
	kinds := map[string]func(random *rand.Rand, i, j, w int) float64{
		"random": func(random *rand.Rand, i, j, w int) float64 { return random.NormFloat64() },
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
			if w > 32 && j < 32 || j == 32 && first || j == 33 && !first {
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
		for _, size := range [][2]int{{1, 14}, {31, 40}, {160, 14}, {160, 40}, {160, 140}, {600, 270}} {
			n, w := size[0], size[1]
			if w > 140 && kind != "random" {
				continue
			}
			what := fmt.Sprintf("%s, %d rows of %d", kind, n, w)
			random := rand.New(rand.NewPCG(uint64(w), 1))
			rows := make([]float64, n*w)
			for i := range rows {
				rows[i] = cell(random, i/w, i%w, w)
			}
			want := gram(sums(rows), w)
			check := func(how string, tolerance float64, f *Factor) {
				t.Helper()
				if f.N != int64(n) || len(f.R) != trapezoid(min(n, w), w) {
					t.Fatalf("%s, %s: %d rows, %d numbers", what, how, f.N, len(f.R))
				}
				for i, k := 0, 0; i < f.rows(); i++ {
					if f.R[k] < 0 {
						t.Errorf("%s, %s: diagonal %d is %v", what, how, i, f.R[k])
					}
					k += w - i
				}
				if err := sameGram(want, f, tolerance); err != nil {
					t.Errorf("%s, %s: %v", what, how, err)
				}
			}
			check("at once", 1e-13, factorOf(rows, w, false))
			if w <= 140 {
				check("precise", 1e-28, factorOf(rows, w, true))
			}
			portion := func(k, of int) []float64 { return slices.Clone(rows[n*k/of*w : n*(k+1)/of*w]) }
			var added, merged, precise Factor
			for k := range 4 {
				added.Add(portion(k, 4), w)
				merged.Merge(factorOf(portion(k, 4), w, false))
				if w <= 40 {
					precise.Merge(factorOf(portion(k, 4), w, true))
				}
			}
			check("in four portions", 1e-13, &added)
			check("of four factors", 1e-13, &merged)
			if w <= 40 {
				check("of four precise factors", 1e-28, &precise)
			}
			var waited []float64
			for _, portions := range []int{1, 7, n} {
				var f Factor
				for k := range portions {
					f.Merge(&Factor{Width: w, waiting: portion(k, portions)})
				}
				if f.Finish(); waited == nil {
					check("waiting", 1e-13, &f)
					waited = f.R
				}
				if !slices.Equal(f.R, waited) {
					t.Errorf("%s: in %d portions the triangle is another", what, portions)
				}
			}
		}
	}
}

// sameGram compares AᵀA with RᵀR, in units of the columns' lengths.
func sameGram(want []moments.Sum, f *Factor, tolerance float64) error {
	w := f.Width
	got := gram(f.precise(indices(0, w)), w)
	for a := range w {
		for b := a; b < w; b++ {
			x, y := want[a*w+a].Value(), want[b*w+b].Value()
			if x < 1e-300 || y < 1e-300 {
				continue
			}
			size := math.Sqrt(x) * math.Sqrt(y)
			if off := got[a*w+b].Minus(want[a*w+b]).Value(); !(math.Abs(off) <= tolerance*size) {
				return fmt.Errorf("columns %d and %d: off by %.2g", a, b, off/size)
			}
		}
	}
	return nil
}

// gram returns the upper half of AᵀA.
func gram(rows []moments.Sum, w int) []moments.Sum {
	g := make([]moments.Sum, w*w)
	for i := 0; i < len(rows); i += w {
		for a := range w {
			if rows[i+a].Hi == 0 {
				continue
			}
			for b := a; b < w; b++ {
				g[a*w+b].Merge(rows[i+a].Times(rows[i+b]))
			}
		}
	}
	return g
}
