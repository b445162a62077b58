package regression

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// stackQR replaces the triangle R by that of itself over more rows B, m×w, which it
// overwrites: a tile of rows at a time, which fits in a core's cache.
func (f *Factor) stackQR(b []float64) {
	w, top := f.Width, f.rows()
	r := make([]float64, trapezoid(min(w, top+len(b)/w), w))
	copy(r, f.R)
	f.R = r
	for tile := range slices.Chunk(b, TileRows*w) {
		stackTile(r, w, top, tile)
		top = min(top+len(tile)/w, w)
	}
}

// stackTile is stackQR for one tile below top rows of R, by Householder reflections, one a
// column. The one that makes column j of B zero changes row j of R and no other; where R
// has no row j, the first row of B that is left takes its place.
func stackTile(r []float64, w, top int, b []float64) {
	v, y := make([]float64, len(b)/w), make([]float64, w)
	for j := range min(top+len(v), w) {
		row := r[:w-j]
		if j >= top {
			copy(row, b[j:w])
			b = b[w:]
		}
		if len(b) > 0 {
			eliminate(row, b[j:], w, v[:len(b)/w], y)
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
	for len(v) > 0 && v[len(v)-1] == 0 { // as below a triangle
		v = v[:len(v)-1]
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
