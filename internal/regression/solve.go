package regression

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/moments"
)

// solver answers least-squares questions about one factor.
//
// With R partitioned as its rows and columns [1 | Z | y], the p×p triangle r
// and the vector q are those of the centred problem min ‖r·b − q‖, and rho² is
// what no b explains. What decides the digits of an answer, the substitution,
// is done in double-double arithmetic; that costs p² operations.
type solver struct {
	n    int64
	p    int
	full []moments.Sum // R, w×w by rows
	rho  float64
	r    *mat.TriDense // p×p, upper
	q    []float64
	s    []float64 // singular values of r, descending
	u, v mat.Dense // r = u·diag(s)·vᵀ
	uq   []float64 // uᵀq
	rank int       // of r
	tol  float64   // what is rounding, relative to what it is part of
}

// column returns column j of r.
func (a *solver) column(j int) *mat.VecDense { return mat.NewVecDense(a.p, mat.Col(nil, j, a.r)) }

// big returns R[i][j].
func (a *solver) big(i, j int) moments.Sum { return a.full[i*(a.p+2)+j] }

// solution is one answer: ŷ = b0 + z·b for a standardised row z.
type solution struct {
	b0 moments.Sum
	b  []moments.Sum
}

func (x *solution) coef() []float64 {
	b := make([]float64, len(x.b))
	for j := range b {
		b[j] = x.b[j].Value()
	}
	return b
}

// newSolver decomposes the factor. noise is |mean|/deviation of the columns, nil
// for none: numbers far from 0 carry rounding errors that are larger by that
// ratio once they are centred, and a singular value below that is no more than
// rounding.
func newSolver(f *Factor, noise []float64) (*solver, error) {
	p := f.Width - 2
	if f.N < int64(p+1) {
		return nil, fmt.Errorf("fewer rows than coefficients: %d rows, %d coefficients with the intercept", f.N, p+1)
	}
	if !f.finite() {
		return nil, errors.New("the factor is not finite")
	}
	a := &solver{n: f.N, p: p, full: f.precise(), r: mat.NewTriDense(p, mat.Upper, nil)}
	a.rho = a.big(p+1, p+1).Value()
	for i := range p {
		for j := i; j < p; j++ {
			a.r.SetTri(i, j, a.big(i+1, j+1).Value())
		}
		a.q = append(a.q, a.big(i+1, p+1).Value())
	}
	var svd mat.SVD
	if !svd.Factorize(a.r, mat.SVDThin) {
		return nil, errors.New("the singular value decomposition did not converge")
	}
	a.s = svd.Values(nil)
	svd.UTo(&a.u)
	svd.VTo(&a.v)
	a.tol = 0x1p-52 * 32 * float64(p)
	worst := 1.0
	for j, ratio := range noise {
		if mat.Norm(a.column(j), 2) > 0 { // else constant
			worst = max(worst, ratio)
		}
	}
	a.tol *= worst
	for a.rank < p && a.s[a.rank] > a.tol*a.s[0] {
		a.rank++
	}
	for k := range p {
		uq := 0.0
		for i, q := range a.q {
			uq += a.u.At(i, k) * q
		}
		a.uq = append(a.uq, uq)
	}
	return a, nil
}

// at solves min ‖y − b₀ − Z·b‖² + alpha·‖b‖². A full-rank problem without
// penalty is solved by back substitution; otherwise the singular values give
// the ridge solution, or that of least norm.
func (a *solver) at(alpha float64) solution {
	x := solution{b: make([]moments.Sum, a.p)}
	if alpha == 0 && a.rank == a.p {
		for i := a.p - 1; i >= 0; i-- {
			v := a.big(i+1, a.p+1)
			for j := i + 1; j < a.p; j++ {
				v = v.Minus(a.big(i+1, j+1).Times(x.b[j]))
			}
			x.b[i] = v.Over(a.big(i+1, i+1))
		}
	} else {
		for k, s := range a.s[:a.rank] {
			g := a.uq[k] * s / (s*s + alpha)
			for j := range x.b {
				x.b[j].Add(g * a.v.At(j, k))
			}
		}
	}
	x.b0 = a.big(0, a.p+1)
	for j := range x.b {
		x.b0 = x.b0.Minus(a.big(0, j+1).Times(x.b[j]))
	}
	x.b0 = x.b0.Over(a.big(0, 0))
	return x
}

// rss returns the residual sum of squares of a solution over the factor's rows.
func (a *solver) rss(x solution) float64 {
	sum := a.rho * a.rho
	for i := range a.p {
		e := moments.Sum{}.Minus(a.big(i+1, a.p+1))
		for j := i; j < a.p; j++ {
			e.Merge(a.big(i+1, j+1).Times(x.b[j]))
		}
		sum += e.Value() * e.Value()
	}
	return sum
}

// stdErrors returns the standard errors, per unit of residual standard
// deviation, of b and of the value b₀ + Σ bⱼ·cⱼ at the point c.
//
// They are the lengths of the rows of a matrix M with cov(b) = σ²·M·Mᵀ. For
// least squares of full rank M is the inverse of r. Otherwise it is V·D with
// D = s/(s² + alpha) over the singular values that count.
func (a *solver) stdErrors(alpha float64, c []moments.Sum) (b []float64, at float64) {
	b = make([]float64, a.p)
	at = 1 / float64(a.n)
	for k := range a.p { // column k of M
		m := make([]moments.Sum, a.p)
		if alpha == 0 && a.rank == a.p {
			for i := k; i >= 0; i-- { // r·m = eₖ
				var v moments.Sum
				if i == k {
					v = moments.Float(1)
				}
				for j := i + 1; j <= k; j++ {
					v = v.Minus(a.big(i+1, j+1).Times(m[j]))
				}
				m[i] = v.Over(a.big(i+1, i+1))
			}
		} else if k < a.rank {
			d := a.s[k] / (a.s[k]*a.s[k] + alpha)
			for j := range m {
				m[j] = moments.Float(a.v.At(j, k) * d)
			}
		}
		var along moments.Sum
		for j := range b {
			b[j] += m[j].Value() * m[j].Value()
			along.Merge(m[j].Times(c[j].Minus(a.big(0, j+1).Over(a.big(0, 0)))))
		}
		at += along.Value() * along.Value()
	}
	for j := range b {
		b[j] = math.Sqrt(b[j])
	}
	return b, math.Sqrt(at)
}

// fits reports whether the squares of the target have not vanished: it is
// constant, or far enough from 0.
func (a *solver) fits() bool {
	largest := math.Abs(a.rho)
	for _, q := range a.q {
		largest = max(largest, math.Abs(q))
	}
	return largest == 0 || largest > 1e-145
}

// condition returns the ratio of the largest singular value to the smallest
// that counts.
func (a *solver) condition() float64 {
	if a.rank == 0 {
		return 1
	}
	return a.s[0] / a.s[a.rank-1]
}
