package regression

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/moments"
)

// invert inverts an upper triangle, n×n by rows with zeros below, in its place. ok
// is false if it is singular.
func invert(t []float64, n int) (ok bool) {
	return n == 0 || gonum.Implementation{}.Dtrtri(blas.Upper, blas.NonUnit, n, t, n)
}

// plainErrors is stdErrors in float64, by products of matrices.
func (a *solver) plainErrors(alpha float64, c []moments.Sum) (b []float64, at float64) {
	m := a.errorMatrix(alpha)
	b, along := make([]float64, a.p), make([]float64, m.Cols)
	for j := range b {
		if a.constant(j) {
			continue // 0, without the rounding of others
		}
		off := c[j].Minus(a.big(0, j+1).Over(a.big(0, 0))).Value()
		for k, v := range m.Data[j*m.Stride : j*m.Stride+m.Cols] {
			b[j] += float64(v * v)
			along[k] += float64(v * off)
		}
		b[j] = math.Sqrt(b[j])
	}
	at = 1 / float64(a.n)
	for _, v := range along {
		at += float64(v * v)
	}
	return b, math.Sqrt(at)
}

// errorMatrix returns M of stdErrors, times an orthogonal matrix on its right.
func (a *solver) errorMatrix(alpha float64) blas64.General {
	k := a.rank()
	if alpha > 0 {
		return a.reduce().errorMatrix(alpha)
	}
	t := a.inverse
	if t == nil { // of the taken columns alone
		t = upper(a.t, a.p+1, a.taken)
		invert(t, k)
	}
	m := blas64.General{Rows: a.p, Cols: k, Stride: max(1, k), Data: make([]float64, a.p*k)}
	for i, j := range a.taken {
		copy(m.Data[j*k:(j+1)*k], t[i*k:(i+1)*k])
	}
	for _, u := range a.null { // of the least norm
		null := blas64.Vector{N: a.p, Inc: 1, Data: u}
		dot := blas64.Vector{N: k, Inc: 1, Data: make([]float64, k)}
		blas64.Gemv(blas.Trans, 1, m, null, 0, dot)
		blas64.Ger(-1, null, dot, m)
	}
	if slices.ContainsFunc(a.categories, func(c levels) bool { return slices.Contains(c.absent, true) }) {
		b := make([]moments.Sum, a.p)
		for l := range k {
			for j := range b {
				b[j] = moments.Float(m.Data[j*m.Stride+l])
			}
			a.average(b)
			for j := range b {
				m.Data[j*m.Stride+l] = b[j].Value()
			}
		}
	}
	return m
}
