package regression

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// solver answers least-squares questions about one factor.
//
// With R partitioned as its rows and columns [1 | Z | y], the p×p triangle r
// and the vector q are those of the centred problem min ‖r·b − q‖, and rho² is
// what no b explains.
type solver struct {
	n    int64
	p    int
	r00  float64
	r0   []float64 // first row of R over Z
	r0y  float64
	r    *mat.TriDense // p×p, upper
	q    []float64
	rho  float64
	s    []float64 // singular values of r, descending
	u, v mat.Dense // r = u·diag(s)·vᵀ
	uq   []float64 // uᵀq
	rank int       // of r
}

// solution is one answer: ŷ = b0 + z·b for a standardised row z.
type solution struct {
	b0 float64
	b  []float64
}

// errFewRows says that there are fewer rows than unknowns.
var errFewRows = errors.New("fewer rows than coefficients")

// newSolver decomposes the factor. noise is the largest |mean|/deviation of
// any column: numbers far from 0 carry rounding errors that are larger by that
// ratio once they are centred, and a singular value below that is no more than
// rounding.
func newSolver(f *Factor, noise float64) (*solver, error) {
	p := f.Width - 2
	if f.N < int64(p+1) {
		return nil, fmt.Errorf("%w: %d rows, %d coefficients with the intercept", errFewRows, f.N, p+1)
	}
	if !f.finite() {
		return nil, errors.New("the factor is not finite")
	}
	w := f.Width
	full := make([]float64, w*w)
	f.unpack(full)
	a := &solver{n: f.N, p: p, r00: full[0], r0: full[1 : 1+p], r0y: full[1+p], rho: full[w*w-1], rank: 0}
	a.r = mat.NewTriDense(p, mat.Upper, nil)
	for i := range p {
		for j := i; j < p; j++ {
			a.r.SetTri(i, j, full[(i+1)*w+j+1])
		}
		a.q = append(a.q, full[(i+1)*w+p+1])
	}
	var svd mat.SVD
	if !svd.Factorize(a.r, mat.SVDThin) {
		return nil, errors.New("the singular value decomposition did not converge")
	}
	a.s = svd.Values(nil)
	svd.UTo(&a.u)
	svd.VTo(&a.v)
	tol := a.s[0] * 0x1p-52 * 32 * float64(p) * max(1, noise)
	for a.rank < p && a.s[a.rank] > tol {
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
	b := make([]float64, a.p)
	if alpha == 0 && a.rank == a.p {
		copy(b, a.q)
		tri := a.r.RawTriangular()
		lapack64.Trtrs(blas.NoTrans, tri, blas64.General{Rows: a.p, Cols: 1, Stride: 1, Data: b})
	} else {
		for k, s := range a.s[:a.rank] {
			g := a.uq[k] * s / (s*s + alpha)
			for j := range b {
				b[j] += g * a.v.At(j, k)
			}
		}
	}
	b0 := a.r0y
	for j := range b {
		b0 -= a.r0[j] * b[j]
	}
	return solution{b0 / a.r00, b}
}

// rss returns the residual sum of squares of a solution over the factor's rows.
func (a *solver) rss(x solution) float64 {
	sum := a.rho * a.rho
	for i := range a.p {
		e := -a.q[i]
		for j := i; j < a.p; j++ {
			e += a.r.At(i, j) * x.b[j]
		}
		sum += e * e
	}
	return sum
}

// stdErrors returns the standard errors, per unit of residual standard
// deviation, of b and of the value b₀ + Σ bⱼ·cⱼ at the point c: the roots of
// the diagonal of V·D·Vᵀ with D = s²/(s² + alpha)², which for alpha = 0 is
// (ZᵀZ)⁻¹ of the centred Z.
func (a *solver) stdErrors(alpha float64, c []float64) (b []float64, at float64) {
	b = make([]float64, a.p)
	at = 1 / float64(a.n)
	for k, s := range a.s[:a.rank] {
		d := s / (s*s + alpha)
		along := 0.0
		for j := range b {
			v := a.v.At(j, k) * d
			b[j] += v * v
			along += v * (c[j] - a.r0[j]/a.r00)
		}
		at += along * along
	}
	for j := range b {
		b[j] = math.Sqrt(b[j])
	}
	return b, math.Sqrt(at)
}

// condition returns the ratio of the largest singular value to the smallest
// that counts.
func (a *solver) condition() float64 {
	if a.rank == 0 {
		return 1
	}
	return a.s[0] / a.s[a.rank-1]
}
