package regression

import (
	"math"

	"mlpipeline/internal/moments"
)

// squares are sums of squared solutions: of every bⱼ, and of the value
// b₀ + Σ bⱼ·cⱼ at a point c.
type squares struct {
	c  []moments.Sum
	b  []float64
	at float64
}

// Add includes a solution.
func (s *squares) Add(x solution) {
	if s.b == nil {
		s.b = make([]float64, len(x.b))
	}
	at := x.b0
	for j, b := range x.b {
		s.b[j] += float64(b.Value() * b.Value())
		at.Merge(b.Times(s.c[j]))
	}
	s.at += float64(at.Value() * at.Value())
}

// roots returns the square roots of the sums, each times a factor.
func (s *squares) roots(factor float64) (b []float64, at float64) {
	b = make([]float64, len(s.c))
	for j, square := range s.b {
		b[j] = factor * math.Sqrt(square)
	}
	return b, factor * math.Sqrt(s.at)
}

// stdErrors returns the standard errors, per unit of residual standard
// deviation, of b and of the value b₀ + Σ bⱼ·cⱼ at the point c.
//
// They are the lengths of the rows of a matrix M with cov(b) = σ²·M·Mᵀ: for
// least squares the (pseudo-)inverse of r, for ridge (rᵀr + alpha·I)⁻¹·rᵀ.
func (a *solver) stdErrors(alpha float64, c []moments.Sum) (b []float64, at float64) {
	if alpha > 0 || a.p > wide {
		return a.plainErrors(alpha, c)
	}
	sum := squares{c: c}
	sum.Add(a.solve(alpha, moments.Float(1), nil))
	for k := range a.rank() {
		unit := make([]moments.Sum, k+1)
		unit[k] = moments.Float(1)
		sum.Add(a.solve(alpha, moments.Sum{}, unit))
	}
	return sum.roots(1)
}
