// Package moments computes the count, mean and sum of squared deviations of a
// column in one pass, from parts that can be merged in any grouping.
//
// The mean and the sum of squares are kept in double-double arithmetic, so
// that neither a large offset (a mean of 10⁷ with a deviation of 0.1) nor many
// small parts cost digits.
package moments

import "math"

// Moments summarises a set of numbers. Its zero value is the empty set.
type Moments struct {
	N    int64 `json:"n"` // how many
	Mean Sum   `json:"mean"`
	M2   Sum   `json:"m2"` // Σ(x − mean)²
}

// Add includes the numbers xs, leaving out NaN, which stands for a missing
// reading.
//
// Within the call it is the corrected two-pass algorithm (Chan, Golub, LeVeque,
// "Algorithms for computing the sample variance", The American Statistician 37,
// 1983, eq. 1.7), centred first on the first number and then on the mean, which
// makes a constant column's sum of squares exactly 0.
func (m *Moments) Add(xs []float64) {
	var first float64
	var n int
	var sum float64
	for _, x := range xs {
		if x != x {
			continue
		}
		if n == 0 {
			first = x
		}
		n++
		sum += x - first
	}
	if n == 0 {
		return
	}
	c := first + sum/float64(n)
	var d1, d2 float64
	for _, x := range xs {
		if x != x {
			continue
		}
		d := x - c
		d1 += d
		d2 += d * d
	}
	hi, lo := twoSum(c, d1/float64(n))
	m.Merge(Moments{N: int64(n), Mean: Sum{hi, lo}, M2: Float(d2 - d1*d1/float64(n))})
}

// Merge includes all that o summarises, by the update of Chan, Golub and
// LeVeque (1983, eq. 2.1).
func (m *Moments) Merge(o Moments) {
	switch {
	case o.N == 0:
		return
	case m.N == 0:
		*m = o
		return
	}
	na, nb := float64(m.N), float64(o.N)
	delta := o.Mean.Minus(m.Mean)
	share := Float(nb).Over(Float(na + nb)) // nb / n
	m.Mean.Merge(delta.Times(share))
	m.M2.Merge(o.M2)
	m.M2.Merge(delta.Times(delta).Times(share).Times(Float(na)))
	m.N += o.N
}

// Var returns the population variance (ddof = 0), NaN for the empty set.
func (m Moments) Var() float64 {
	return math.Max(0, m.M2.Over(Float(float64(m.N))).Value())
}

// Finite reports whether no overflow has happened.
func (m Moments) Finite() bool {
	s := m.Mean.Value() + m.M2.Value()
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}
