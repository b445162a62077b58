// Package moments computes the count, mean and sum of squared deviations of a
// column in one pass, from parts that can be merged in any grouping.
//
// The mean and the sum of squares are kept in double-double arithmetic, so
// that neither a large offset (a mean of 10⁷ with a deviation of 0.1) nor many
// small parts cost digits.
package moments

import (
	"math"
	"slices"
)

// Moments summarises a set of numbers. Its zero value is the empty set.
type Moments struct {
	N    int64 `json:"n"` // how many
	Mean Sum   `json:"mean"`
	M2   Sum   `json:"m2"` // Σ(x − mean)²
}

// Add includes the numbers xs, leaving out NaN, which stands for a missing
// reading.
//
// Within the call the deviations are taken from c, the mean of a sample, and
// corrected for its distance from the mean of all: Σ(x−c)² − (Σ(x−c))²/n (Chan,
// Golub, LeVeque, "Algorithms for computing the sample variance", The American
// Statistician 37, 1983, eq. 1.7). For a constant column c is that constant and
// the sum exactly 0.
func (m *Moments) Add(xs []float64) {
	if len(xs) == 0 {
		return
	}
	step := len(xs)/64 + 1
	c, k := 0.0, 0.0
	for i := 0; i < len(xs); i += step {
		c += xs[i] - xs[0]
		k++
	}
	c = xs[0] + c/k
	var a, b [4]float64 // Σ(x−c) and Σ(x−c)² of every fourth number
	i := 0
	for ; i+4 <= len(xs); i += 4 {
		x := xs[i : i+4 : i+4]
		p, q, r, s := x[0]-c, x[1]-c, x[2]-c, x[3]-c
		a[0], a[1], a[2], a[3] = a[0]+p, a[1]+q, a[2]+r, a[3]+s
		b[0], b[1], b[2], b[3] = b[0]+p*p, b[1]+q*q, b[2]+r*r, b[3]+s*s
	}
	for ; i < len(xs); i++ {
		d := xs[i] - c
		a[0] += d
		b[0] += d * d
	}
	d1, d2 := a[0]+a[1]+(a[2]+a[3]), b[0]+b[1]+(b[2]+b[3])
	if d2 != d2 && slices.ContainsFunc(xs, math.IsNaN) {
		m.Add(slices.DeleteFunc(slices.Clone(xs), math.IsNaN))
		return
	}
	n := float64(len(xs))
	hi, lo := twoSum(c, d1/n)
	m.Merge(Moments{N: int64(len(xs)), Mean: Sum{hi, lo}, M2: Float(d2 - d1*d1/n)})
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
