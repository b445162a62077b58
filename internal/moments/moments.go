// Package moments computes the count, mean and sum of squared deviations of a
// column in one pass, from parts that can be merged in any grouping.
//
// The mean and the deviations are kept in double-double arithmetic, so that
// neither a large offset (a mean of 10⁷ with a deviation of 0.1) nor many small
// parts cost digits. Products are rounded before they are added, so that no
// compiler fuses the two, which would give other digits on another machine.
package moments

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Moments summarises a set of numbers. Its zero value is the empty set.
type Moments struct {
	N       int64 // how many
	Mean    Sum
	Squares Sum // Σ(x − mean)²
	Min     float64
	Max     float64
}

// MarshalJSON writes the seven numbers as one string in base64, little more than half
// the size: ten thousand datasets may have ten columns each.
func (m Moments) MarshalJSON() ([]byte, error) {
	b, err := binary.Append(nil, binary.BigEndian, m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(b)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Moments) UnmarshalJSON(text []byte) error {
	var b []byte
	if err := json.Unmarshal(text, &b); err != nil || len(b) != binary.Size(m) {
		return fmt.Errorf("%.20q are no moments", text)
	}
	_, err := binary.Decode(b, binary.BigEndian, m)
	return err
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
	low, high := xs[0], xs[0]
	// Σ(x−c) and Σ(x−c)² of every fourth number: four sums that do not wait for
	// each other are three times as fast as one.
	var a, b [4]float64
	i := 0
	for ; i+4 <= len(xs); i += 4 {
		x := xs[i : i+4 : i+4]
		p, q, r, s := x[0]-c, x[1]-c, x[2]-c, x[3]-c
		a[0], a[1], a[2], a[3] = a[0]+p, a[1]+q, a[2]+r, a[3]+s
		b[0], b[1], b[2], b[3] = b[0]+float64(p*p), b[1]+float64(q*q), b[2]+float64(r*r), b[3]+float64(s*s)
		if x[0] < low || x[1] < low || x[2] < low || x[3] < low ||
			x[0] > high || x[1] > high || x[2] > high || x[3] > high { // seldom, and branches foresee that
			for _, v := range x {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	for ; i < len(xs); i++ {
		d := xs[i] - c
		a[0] += d
		b[0] += float64(d * d)
		low, high = min(low, xs[i]), max(high, xs[i])
	}
	d1, d2 := a[0]+a[1]+(a[2]+a[3]), b[0]+b[1]+(b[2]+b[3])
	if d2 != d2 && slices.ContainsFunc(xs, math.IsNaN) {
		m.Add(slices.DeleteFunc(slices.Clone(xs), math.IsNaN))
		return
	}
	n := float64(len(xs))
	hi, lo := twoSum(c, d1/n)
	squares := max(0, d2-float64(d1*d1)/n)
	m.Merge(Moments{N: int64(len(xs)), Mean: Sum{hi, lo}, Squares: Float(squares), Min: low, Max: high})
}

// Binary returns the moments of n numbers of which ones are 1 and the others 0:
// the mean is ones/n, the sum of squared deviations ones·(n − ones)/n.
func Binary(n, ones int64) Moments {
	if n == 0 {
		return Moments{}
	}
	all, k := Float(float64(n)), Float(float64(ones))
	m := Moments{N: n, Mean: k.Over(all), Squares: k.Times(Float(float64(n - ones))).Over(all)}
	if ones == n {
		m.Min = 1
	}
	if ones > 0 {
		m.Max = 1
	}
	return m
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
	m.Squares = m.Squares.Plus(o.Squares).Plus(delta.Times(delta).Times(share).Times(Float(na)))
	m.Min, m.Max = min(m.Min, o.Min), max(m.Max, o.Max)
	m.N += o.N
}

// Var returns the population variance (ddof = 0), NaN for the empty set.
func (m Moments) Var() float64 { return m.Squares.Over(Float(float64(m.N))).Value() }

// Std returns the population standard deviation, NaN for the empty set.
func (m Moments) Std() float64 { return m.Squares.Over(Float(float64(m.N))).Sqrt().Value() }

// Constant reports whether the numbers are all equal, or differ by less than
// float64 can hold of numbers of their size: one unit in the last place.
func (m Moments) Constant() bool {
	return m.Min == m.Max || m.Std() <= 0x1p-52*math.Abs(m.Mean.Value())
}

// Possible reports whether numbers can have these moments, but for rounding.
func (m Moments) Possible() bool {
	if m.N == 0 {
		return m == Moments{}
	}
	rounding := 1e-9*(m.Max-m.Min) + 0x1p-50*max(m.Max, -m.Min)
	mean, std := m.Mean.Value()+m.Mean.Lo, m.Std()
	return m.N > 0 && m.Min <= mean+rounding && mean-rounding <= m.Max && m.Squares.Hi >= 0 && std <= m.Max-m.Min+rounding &&
		!math.IsInf(rounding, 0) && math.Abs(m.Squares.Lo) <= 0x1p-50*m.Squares.Hi
}

// Finite reports whether no overflow has happened, nor would in the variance.
func (m Moments) Finite() bool {
	s := m.Squares.Value()
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}
