package moments

import (
	"encoding/json"
	"math"
)

// Sum is a running total in double-double arithmetic: the unevaluated sum
// Hi + Lo with |Lo| ≤ ½ulp(Hi), about 32 significant digits. Its zero value is 0.
//
// The error-free transformations are Knuth's TwoSum and the FMA product; the
// algorithms are those of T. J. Dekker, "A floating-point technique for
// extending the available precision", Numerische Mathematik 18 (1971).
type Sum struct{ Hi, Lo float64 }

// Float is x as a Sum.
func Float(x float64) Sum { return Sum{Hi: x} }

// Value returns the sum rounded to float64.
func (s Sum) Value() float64 { return s.Hi }

// Possible reports whether a sum can have these parts.
func (s Sum) Possible() bool { return s.Hi+s.Lo == s.Hi }

// MarshalJSON writes [Hi, Lo].
func (s Sum) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{s.Hi, s.Lo}) }

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sum) UnmarshalJSON(b []byte) error {
	var v [2]float64
	err := json.Unmarshal(b, &v)
	*s = Sum{v[0], v[1]}
	return err
}

// Add adds x.
func (s *Sum) Add(x float64) { *s = s.Plus(Float(x)) }

// Merge adds another sum.
func (s *Sum) Merge(o Sum) { *s = s.Plus(o) }

// Plus returns s + o.
func (s Sum) Plus(o Sum) Sum {
	hi, e := twoSum(s.Hi, o.Hi)
	lo, f := twoSum(s.Lo, o.Lo)
	hi, e = fastTwoSum(hi, e+lo)
	hi, lo = fastTwoSum(hi, e+f)
	return Sum{hi, lo}
}

// Minus returns s − o.
func (s Sum) Minus(o Sum) Sum { return s.Plus(Sum{-o.Hi, -o.Lo}) }

// Times returns s · o.
func (s Sum) Times(o Sum) Sum {
	p := float64(s.Hi * o.Hi)
	e := math.FMA(s.Hi, o.Hi, -p) + (float64(s.Hi*o.Lo) + float64(s.Lo*o.Hi))
	hi, lo := fastTwoSum(p, e)
	return Sum{hi, lo}
}

// Over returns s / o.
func (s Sum) Over(o Sum) Sum {
	q := s.Hi / o.Hi
	r := s.Minus(o.Times(Float(q)))
	q2 := r.Hi / o.Hi
	r = r.Minus(o.Times(Float(q2)))
	hi, lo := fastTwoSum(q, q2)
	return Sum{hi, lo}.Plus(Float(r.Hi / o.Hi))
}

// Sqrt returns √s by one Newton step (A. H. Karp, P. Markstein, "High-precision
// division and square root", ACM Trans. Math. Softw. 23, 1997); 0 for s ≤ 0.
func (s Sum) Sqrt() Sum {
	if s.Hi <= 0 {
		return Sum{}
	}
	x := Float(math.Sqrt(s.Hi))
	return x.Plus(s.Minus(x.Times(x)).Over(Float(2 * x.Hi)))
}

// twoSum returns s = fl(a+b) and the exact error a+b−s.
func twoSum(a, b float64) (s, e float64) {
	s = a + b
	t := s - a
	return s, (a - (s - t)) + (b - t)
}

// fastTwoSum is twoSum for |a| ≥ |b|.
func fastTwoSum(a, b float64) (s, e float64) {
	s = a + b
	return s, b - (s - a)
}
