// Package regression is linear least squares on triangular factors that merge.
//
// The rows [1 | Z | y] of a dataset, Z being its standardised features and y
// its target less a constant, are reduced block by block to the triangle R of
// their QR decomposition, which is all that least squares ever asks of them.
// Stacking two triangles and reducing them again gives the triangle of all
// their rows: a tall-skinny QR (J. Demmel, L. Grigori, M. Hoemmen, J. Langou,
// "Communication-optimal parallel and sequential QR and LU factorizations",
// SIAM J. Sci. Comput. 34, 2012).
package regression

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"mlpipeline/internal/moments"
)

// Factor is the triangle R of the rows it was given: RᵀR = AᵀA for the n×w
// matrix A of these rows. Its zero value has no rows.
type Factor struct {
	N     int64     // rows
	Width int       // w = p + 2: the intercept, p features, the target
	R     []float64 // upper triangle by rows, w(w+1)/2 numbers, diagonal ≥ 0
	Lo    []float64 // of a precise factor: what R lacks, as in moments.Sum
}

// TileRows is a good number of rows for one call of Add: with them the matrix
// that is factored fits in a core's cache.
const TileRows = 256

// workspace is what a reduction needs besides its result.
type workspace struct{ a, tau, work []float64 }

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// Add includes n rows, an n×w matrix by rows: Householder reduction of the
// rows under the triangle so far, by lapack64.Geqrf.
func (f *Factor) Add(rows []float64, width int) {
	if len(rows) == 0 {
		return
	}
	f.reduce(width, len(rows)/width, func(a []float64) { copy(a, rows) })
	f.N += int64(len(rows) / width)
}

// Merge includes all rows of o.
func (f *Factor) Merge(o *Factor) {
	if o.N == 0 {
		return
	}
	if f.N == 0 {
		*f = Factor{o.N, o.Width, slices.Clone(o.R), slices.Clone(o.Lo)}
		return
	}
	if f.Lo != nil && o.Lo != nil {
		f.reducePrecise(o.precise())
	} else {
		f.Lo = nil
		f.reduce(o.Width, o.Width, o.unpack)
	}
	f.N += o.N
}

// reduce replaces the triangle by that of itself over m more rows.
func (f *Factor) reduce(w, m int, fill func(a []float64)) {
	top := w
	if f.R == nil {
		f.Width, f.R = w, make([]float64, w*(w+1)/2)
		top = max(0, w-m) // rows of zeros, since Geqrf needs m ≥ w to leave a triangle
	}
	ws := workspaces.Get().(*workspace)
	defer workspaces.Put(ws)
	ws.a = grow(ws.a, (top+m)*w)
	ws.tau = grow(ws.tau, w)
	clear(ws.a[:top*w])
	if top == w {
		f.unpack(ws.a)
	}
	fill(ws.a[top*w:])
	a := blas64.General{Rows: top + m, Cols: w, Stride: w, Data: ws.a}
	ws.work = grow(ws.work, 1)
	lapack64.Geqrf(a, ws.tau, ws.work, -1)
	ws.work = grow(ws.work, int(ws.work[0]))
	lapack64.Geqrf(a, ws.tau, ws.work, len(ws.work))
	k := 0
	for i := range w {
		sign := math.Copysign(1, ws.a[i*w+i])
		for _, v := range ws.a[i*w+i : i*w+w] {
			f.R[k] = sign * v
			k++
		}
	}
}

// unpack writes the triangle into a, w×w by rows, zeros below it.
func (f *Factor) unpack(a []float64) {
	w, k := f.Width, 0
	for i := range w {
		clear(a[i*w : i*w+i])
		k += copy(a[i*w+i:i*w+w], f.R[k:])
	}
}

func grow(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n)
	}
	return s[:n]
}

// Columns returns the factor of a choice of columns, in the order given.
func (f *Factor) Columns(columns []int) *Factor {
	w := f.Width
	full := f.precise()
	rows := make([]moments.Sum, 0, w*len(columns))
	for i := range w {
		for _, j := range columns {
			rows = append(rows, full[i*w+j])
		}
	}
	var sub Factor
	sub.AddPrecise(rows, len(columns))
	sub.N = f.N
	if f.Lo == nil {
		sub.Lo = nil // it is no more precise than its origin
	}
	return &sub
}

// squaredError returns ‖R·(b₀; b; −1)‖², which is the sum of the squared
// residuals y − b₀ − Z·b over all the rows of the factor.
func (f *Factor) squaredError(x solution) float64 {
	b0, b := x.b0.Value(), x.coef()
	w, k, sum := f.Width, 0, 0.0
	for i := range w {
		e := 0.0
		for j := i; j < w; j++ {
			switch {
			case j == 0:
				e += float64(f.R[k] * b0)
			case j == w-1:
				e -= f.R[k]
			default:
				e += float64(f.R[k] * b[j-1])
			}
			k++
		}
		sum += float64(e * e)
	}
	return sum
}

// targetSquares returns Σ(y − mean of y)².
func (f *Factor) targetSquares() float64 {
	sum := 0.0
	k := f.Width - 1 // last of the first row, the mean's
	for i := 1; i < f.Width; i++ {
		k += f.Width - i
		sum += float64(f.R[k] * f.R[k])
	}
	return sum
}

// ResidualSquares returns the residual sum of squares of the least-squares fit
// to all columns.
func (f *Factor) ResidualSquares() float64 {
	if f.N == 0 {
		return 0
	}
	rho := f.R[len(f.R)-1]
	return rho * rho
}

// finite reports whether nothing has overflowed, nor its squares would.
func (f *Factor) finite() bool {
	s := 0.0
	for _, v := range f.R {
		s += float64(v * v)
	}
	for _, v := range f.Lo {
		s += float64(v * v)
	}
	return !math.IsNaN(s) && !math.IsInf(s, 0)
}
