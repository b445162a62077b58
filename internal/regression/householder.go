package regression

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// stackQR replaces the triangle R by that of itself over more rows B, m×w, which it
// overwrites: a tile of rows at a time, which fits in a core's cache. B may be a
// triangle, whose row i begins with i zeros.
func (f *Factor) stackQR(b []float64, triangle bool) {
	w, top := f.Width, f.rows()
	for from := 0; len(b) > 0; from += TileRows {
		n := min(TileRows, len(b)/w)
		zeros := 0 // before the first number of the tile's first row
		if triangle {
			zeros = from
		}
		f.stackTile(b[:n*w], top, zeros, triangle)
		top = min(top+n, w)
		b = b[n*w:]
	}
}

// stackTile is stackQR for one tile below top rows of R, by Householder reflections, one a
// column. The one that makes column j of B zero changes row j of R and no other; where R
// has no row j, the first row of B that is left takes its place. In a triangle only the
// rows that begin before column j are reflected.
func (f *Factor) stackTile(b []float64, top, zeros int, triangle bool) {
	w, m := f.Width, len(b)/f.Width
	rows := min(top+m, w)
	r := make([]float64, trapezoid(rows, w))
	copy(r, f.R)
	f.R = r
	v, y := make([]float64, m), make([]float64, w)
	for j := range rows {
		row, height := r[:w-j], len(b)/w
		if triangle {
			height = min(height, max(0, j+1-zeros)-max(0, j-top))
		}
		if j >= top {
			copy(row, b[j:w])
			b, height = b[w:], height-1
		}
		if height > 0 {
			eliminate(row, b[j:], w, v[:height], y)
		}
		if row[0] < 0 {
			blas64.Scal(-1, blas64.Vector{N: len(row), Inc: 1, Data: row})
		}
		r = r[len(row):]
	}
}

// eliminate makes the first column of B zero, whose rows are w numbers apart, by
// I − τ·(1; v)·(1; v)ᵀ with τ = (β − α)/β, v = x/(α − β), β = ∓‖(α; x)‖, α being the first
// number of the row above B and x the column (LAPACK's dlarfg). The zeros are not
// written. v and y are memory.
func eliminate(row, b []float64, w int, v, y []float64) {
	for i := range v {
		v[i] = b[i*w]
	}
	x := blas64.Vector{N: len(v), Inc: 1, Data: v}
	alpha, size := row[0], norm(v)
	if size < 0x1p-1000 { // of which 1/size is none
		return
	}
	beta := -math.Copysign(math.Hypot(alpha, size), alpha)
	row[0] = beta
	n := len(row) - 1
	if n == 0 {
		return
	}
	blas64.Scal(1/(alpha-beta), x)
	above := blas64.Vector{N: n, Inc: 1, Data: row[1:]}
	rest := blas64.General{Rows: len(v), Cols: n, Stride: w, Data: b[1:]}
	product := blas64.Vector{N: n, Inc: 1, Data: y}
	blas64.Copy(above, product)
	blas64.Gemv(blas.Trans, 1, rest, x, 1, product)
	tau := (beta - alpha) / beta
	blas64.Axpy(-tau, product, above)
	blas64.Ger(-tau, x, product, rest)
}

// norm returns ‖x‖, by squares where they neither overflow nor vanish.
func norm(x []float64) float64 {
	v := blas64.Vector{N: len(x), Inc: 1, Data: x}
	squares := blas64.Dot(v, v)
	if squares > 1e-200 && squares < 1e200 {
		return math.Sqrt(squares)
	}
	return blas64.Nrm2(v)
}
