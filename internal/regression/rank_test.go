package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"mlpipeline/internal/moments"
)

// factorColumns standardises columns and reduces their rows, tile by tile, with
// a target of 0. It returns the columns' |mean|/scale too.
func factorColumns(columns [][]float64, precise bool) (f Factor, offsets []float64) {
	w := len(columns) + 2
	mean, scale := make([]float64, w), make([]float64, w)
	for j, x := range columns {
		var m moments.Moments
		m.Add(x)
		mean[j], scale[j] = m.Mean.Value(), m.Std()
		offsets = append(offsets, math.Abs(mean[j]/scale[j]))
	}
	n := len(columns[0])
	for from := 0; from < n; from += TileRows {
		var rows []float64
		var big []moments.Sum
		for i := from; i < min(from+TileRows, n); i++ {
			rows, big = append(rows, 1), append(big, moments.Float(1))
			for j, x := range columns {
				rows = append(rows, (x[i]-mean[j])/scale[j])
				big = append(big, moments.Float(x[i]).Minus(moments.Float(mean[j])).Over(moments.Float(scale[j])))
			}
			rows, big = append(rows, 0), append(big, moments.Sum{})
		}
		if precise {
			f.AddPrecise(big, w)
		} else {
			f.Add(rows, w)
		}
	}
	return f, offsets
}

// Columns that follow from others as they are written in decimals are found to,
// whatever their size and however many rows there are; columns that differ from
// others by little more than their last digit are not, whatever stands beside
// them.
func TestRank(t *testing.T) {
	for _, n := range []int{12, 3000, 100000} {
		for _, offset := range []int64{0, 100, 1e7, 1e10} {
			for _, precise := range []bool{true, false} {
				if precise && n > 3000 {
					continue
				}
				r := rand.New(rand.NewPCG(uint64(n), uint64(offset)))
				columns := make([][]float64, 6)
				tenths := func(j int, v int64, digits int) {
					columns[j] = append(columns[j],
						float64(v)/math.Pow10(digits))
				}
				for range n {
					a, b, c := 10*offset+r.Int64N(1000), 10*offset+r.Int64N(300), r.Int64N(10*offset+100)
					tenths(0, a, 1)
					tenths(1, b, 1)
					tenths(2, c, 1)
					tenths(3, 18*a+3200, 2)   // °F of °C
					tenths(4, a+b-3*c, 1)     // a balance
					tenths(5, 7*a-2*b+c+1, 3) // a mixture
				}
				what := fmt.Sprintf("%d rows, offset %d, precise %v", n, offset, precise)
				f, offsets := factorColumns(columns, precise)
				s, err := newSolver(&f, offsets, 0)
				if err != nil {
					t.Fatal(err)
				}
				if fmt.Sprint(s.dropped) != "[3 4 5]" {
					t.Errorf("%s: columns %v follow from others, not 3, 4 and 5", what, s.dropped)
				}

				// Half the columns' numbers, disturbed by a part in 2⁴⁰ of their size
				// or so, are columns of their own, beside one of a huge offset too.
				for j := range 3 {
					for i := range columns[j] {
						size := max(math.Abs(columns[j][i]), 100)
						columns[3+j][i] = columns[j][i]/2 + size*0x1p-40*r.NormFloat64()
					}
				}
				logger := make([]float64, n)
				for i := range logger {
					logger[i] = 72793024233 + float64(r.IntN(2))
				}
				f, offsets = factorColumns(append([][]float64{logger}, columns...), precise)
				if s, err = newSolver(&f, offsets, 0); err != nil {
					t.Fatal(err)
				}
				if len(s.dropped) > 0 {
					t.Errorf("%s: columns %v are taken to follow from others", what, s.dropped)
				}
			}
		}
	}
}
