package regression

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
)

// bidiagonal is the k×m matrix M of a solver's centred rows, k ≤ m, as Mᵀ = U·B·Vᵀ: B has the
// diagonal d and e above it; U and V are products of reflections I − τ·v·vᵀ, the vectors of U
// being below the diagonal of a column of m×k numbers, those of V in its rows.
type bidiagonal struct {
	blas64.General
	d, e, tauU, tauV []float64
}

func newBidiagonal(all *Factor) *bidiagonal {
	m, k := all.Width-1, all.rows()
	b := &bidiagonal{blas64.General{Rows: m, Cols: k, Stride: k, Data: make([]float64, m*k)}, make([]float64, k),
		make([]float64, k-1), make([]float64, k), make([]float64, k)}
	for i := range k {
		for j := i; j < m; j++ {
			b.Data[j*k+i] = all.at(i, j).Hi
		}
	}
	work := make([]float64, 32*(m+k))
	gonum.Implementation{}.Dgebrd(m, k, b.Data, k, b.d, b.e, b.tauU, b.tauV, work, len(work))
	return b
}

// condition returns the ratio of the largest singular value of the columns to the smallest
// that counts, the one of their rank, to six digits: the last ones depend on the machine.
func (a *solver) condition() float64 {
	if a.rank() == 0 {
		return 1
	}
	_, all := a.every()
	b := newBidiagonal(all)
	k := len(b.d)
	if !(gonum.Implementation{}).Dbdsqr(blas.Upper, k, 0, 0, 0, b.d, b.e, nil, 1, nil, 1, nil, 1, make([]float64, 4*k)) {
		return 1
	}
	return metrics.Round(b.d[0]/b.d[k-1], 6)
}

// path returns the solutions for penalties, whose work is but one reduction (L. Eldén,
// "Algorithms for the regularization of ill-conditioned least squares problems", BIT 17, 1977):
// ‖M·b − q‖² + alpha·‖b‖² is ‖Bᵀ·z − Vᵀ·q‖² + alpha·‖z‖² for b = U·z.
func (a *solver) path(alphas []float64) []solution {
	order, all := a.every()
	fits := make([]solution, len(alphas))
	if a.rank() == 0 {
		for i := range fits {
			fits[i] = a.solve()
		}
		return fits
	}
	b, n := newBidiagonal(all), len(alphas)
	k := b.Cols
	q := make([]float64, k)
	for i := range q {
		q[i] = all.at(i, all.Width-1).Hi
	}
	for i := range k - 1 {
		v := blas64.Vector{N: k - 1 - i, Inc: 1, Data: b.Data[i*k+i+1 : (i+1)*k]}
		v.Data[0] = 1
		x := blas64.Vector{N: v.N, Inc: 1, Data: q[i+1:]}
		blas64.Axpy(-b.tauV[i]*blas64.Dot(v, x), v, x)
	}
	z := make([]float64, b.Rows*n)
	for l, alpha := range alphas {
		b.solve(z[l:], n, q, math.Sqrt(alpha))
	}
	y := blas64.Vector{N: n, Inc: 1, Data: make([]float64, n)}
	for i := k - 1; i >= 0; i-- {
		v := blas64.Vector{N: b.Rows - i, Inc: k, Data: b.Data[i*k+i:]}
		v.Data[0] = 1
		rows := blas64.General{Rows: v.N, Cols: n, Stride: n, Data: z[i*n:]}
		blas64.Gemv(blas.Trans, 1, rows, v, 0, y)
		blas64.Ger(-b.tauU[i], v, y, rows)
	}
	plain := &solver{p: a.p, f: a.f}
	for l, alpha := range alphas {
		if alpha == 0 {
			fits[l] = a.solve()
			continue
		}
		x := make([]moments.Sum, a.p)
		for i, j := range order {
			x[j] = moments.Float(z[i*n+l])
		}
		fits[l] = plain.complete(a.f.at(0, a.p+1), x)
	}
	return fits
}

// solve writes the z of one penalty, whose root is given, n numbers apart. From the last row of
// Bᵀ to the first, that of the penalty below it is rotated into it, and what that leaves in
// the column before into the next row of the penalty.
func (b *bidiagonal) solve(z []float64, n int, q []float64, root float64) {
	k := len(q)
	diagonal, below, right := make([]float64, k), make([]float64, k), make([]float64, k)
	penalty, rest := root, 0.0
	for i := k - 1; i >= 0; i-- {
		r := math.Hypot(b.d[i], penalty)
		cos, sin := b.d[i]/r, penalty/r
		diagonal[i], right[i] = r, float64(cos*q[i])+float64(sin*rest)
		if i > 0 {
			below[i] = cos * b.e[i-1]
			left := -sin * b.e[i-1]
			rest = float64(cos*rest) - float64(sin*q[i])
			penalty = math.Hypot(root, left)
			rest *= left / penalty
		}
	}
	before := 0.0
	for i := range k {
		before = (right[i] - float64(below[i]*before)) / diagonal[i]
		z[i*n] = before
	}
}
