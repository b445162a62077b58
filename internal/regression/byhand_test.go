package regression

import (
	"gonum.org/v1/gonum/mat"
)

// byHand is a least-squares problem as formulas have it: X = [1 | Z], n×(p + 1), and y.
type byHand struct {
	x *mat.Dense
	y *mat.VecDense
}

// newByHand copies rows [1 | Z | y].
func newByHand(rows []float64, w int) byHand {
	n := len(rows) / w
	all := mat.NewDense(n, w, rows)
	return byHand{mat.DenseCopyOf(all.Slice(0, n, 0, w-1)), mat.VecDenseCopyOf(all.ColView(w - 1))}
}

// gram returns XᵀX.
func (h byHand) gram() *mat.Dense {
	var gram mat.Dense
	gram.Mul(h.x.T(), h.x)
	return &gram
}

// fit returns b = A⁺·Xᵀy for A = XᵀX + alpha·diag(0, 1, …, 1), and A⁺.
func (h byHand) fit(alpha float64) (b *mat.VecDense, inverse *mat.Dense) {
	a := h.gram()
	for j := 1; j < a.RawMatrix().Rows; j++ {
		a.Set(j, j, a.At(j, j)+alpha)
	}
	inverse = pseudoInverse(a)
	var right mat.VecDense
	right.MulVec(h.x.T(), h.y)
	b = new(mat.VecDense)
	if b.SolveVec(a, &right) != nil { // it is singular, or nearly
		b.MulVec(inverse, &right)
	}
	return b, inverse
}

// residuals returns y − X·b.
func (h byHand) residuals(b mat.Vector) *mat.VecDense {
	var e mat.VecDense
	e.MulVec(h.x, b)
	e.SubVec(h.y, &e)
	return &e
}

// centred returns the columns of Z less their means.
func (h byHand) centred() *mat.Dense {
	n, w := h.x.Dims()
	z := mat.DenseCopyOf(h.x.Slice(0, n, 1, w))
	for j := range w - 1 {
		mean := mat.Sum(z.ColView(j)) / float64(n)
		for i := range n {
			z.Set(i, j, z.At(i, j)-mean)
		}
	}
	return z
}

// pseudoInverse returns that of a symmetric matrix.
func pseudoInverse(a *mat.Dense) *mat.Dense {
	var svd mat.SVD
	svd.Factorize(a, mat.SVDThin)
	var u, v, inverse mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	s := svd.Values(nil)
	for j, value := range s {
		unit := 0.0
		if value > 1e-9*s[0] {
			unit = 1 / value
		}
		for i := range s {
			v.Set(i, j, v.At(i, j)*unit)
		}
	}
	inverse.Mul(&v, u.T())
	return &inverse
}

// refit returns the coefficients of rows [1 | Z | y], with a penalty on all but the intercept.
func refit(rows []float64, w int, alpha float64) []float64 {
	b, _ := newByHand(rows, w).fit(alpha)
	return b.RawVector().Data
}

// sse returns Σ(y − X·b)².
func sse(rows []float64, w int, b []float64) float64 {
	e := newByHand(rows, w).residuals(mat.NewVecDense(len(b), b))
	return mat.Dot(e, e)
}
