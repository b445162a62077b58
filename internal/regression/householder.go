package regression

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"
)

// panelColumns is how many columns are reduced one by one before the others are
// told, by products of matrices.
const panelColumns = 32

// workspace is what a reduction needs besides its result.
type workspace struct{ r, b, panel, x, t, tau, work []float64 }

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// reduce replaces the triangle R by that of itself over m more rows B, by
// Householder reflections. Row i of a triangle begins with i zeros.
//
// A reflection that makes column j of B zero changes row j of R and no other. So
// the zeros that R has, and those of a triangle B, cost nothing: LAPACK's dtpqrt
// (E. Elmroth, F. G. Gustavson, "Applying recursion to serial and parallel QR
// factorization leads to better performance", IBM J. Res. Dev. 44, 2000).
func (f *Factor) reduce(m int, triangle bool, fill func(b []float64)) {
	w, top := f.Width, f.rows()
	rows := min(top+m, w)
	ws := workspaces.Get().(*workspace)
	defer workspaces.Put(ws)
	ws.tau, ws.work = grow(ws.tau, w), grow(ws.work, w)
	if w <= panelColumns { // one panel, R and B one matrix
		ws.r = grow(ws.r, (top+m)*w)
		f.unpack(ws.r)
		fill(ws.r[top*w:])
		ws.columns(ws.r, top+m, w)
		f.pack(ws.r, rows)
		return
	}
	ws.r, ws.b = grow(ws.r, rows*w), grow(ws.b, m*w)
	f.unpack(ws.r)
	fill(ws.b)
	for j := 0; j < top; j += panelColumns {
		k := min(panelColumns, top-j)
		height := m
		if triangle {
			height = min(m, j+k)
		}
		ws.eliminate(w, j, k, height)
	}
	if top < w { // what is left of B has no rows above it
		rest := blas64.General{Rows: m, Cols: w - top, Stride: w, Data: ws.b[top:]}
		ws.triangle(rest)
		copy(ws.r[top*w:], ws.b[:(rows-top)*w])
	}
	f.pack(ws.r, rows)
}

// columns reduces the n×w matrix A to its triangle, a column at a time, as LAPACK's
// dgeqr2, which guards each norm against an overflow: a third of its time where
// columns are few. Here it gets only the columns that need it. What is below the
// diagonal is not made zero.
func (ws *workspace) columns(a []float64, n, w int) {
	for j := range min(n, w) {
		x := blas64.Vector{N: n - j, Inc: w, Data: a[j*w+j:]}
		squares := blas64.Dot(x, x)
		if !(squares > 1e-200 && squares < 1e200) {
			k := w - j
			gonum.Implementation{}.Dgeqr2(n-j, k, x.Data, w, ws.tau[:min(n-j, k)], ws.work)
			return
		}
		// x − norm·e₁ is what is reflected, norm having the sign that x₁ has not.
		norm := -math.Copysign(math.Sqrt(squares), x.Data[0])
		x.Data[0] -= norm
		if k := w - j - 1; k > 0 {
			y := blas64.Vector{N: k, Inc: 1, Data: ws.work}
			rest := blas64.General{Rows: n - j, Cols: k, Stride: w, Data: x.Data[1:]}
			blas64.Gemv(blas.Trans, 1, rest, x, 0, y)
			blas64.Ger(1/(norm*x.Data[0]), x, y, rest)
		}
		x.Data[0] = norm
	}
}

// eliminate makes columns j to j+k−1 of the first m rows of B zero, whose columns
// before are: by I − V·T·Vᵀ with V = (I; v) over rows j to j+k−1 of R and these.
func (ws *workspace) eliminate(w, j, k, m int) {
	var impl gonum.Implementation
	ws.panel = grow(ws.panel, (k+m)*k)
	for i := range k {
		copy(ws.panel[i*k:(i+1)*k], ws.r[(j+i)*w+j:])
	}
	for i := range m {
		copy(ws.panel[(k+i)*k:(k+i+1)*k], ws.b[i*w+j:])
	}
	impl.Dgeqr2(k+m, k, ws.panel, k, ws.tau[:k], ws.work)
	for i := range k {
		copy(ws.r[(j+i)*w+j+i:], ws.panel[i*k+i:(i+1)*k])
	}
	n := w - j - k
	if n == 0 {
		return
	}
	ws.x = grow(ws.x, k*n)
	v := blas64.General{Rows: m, Cols: k, Stride: k, Data: ws.panel[k*k:]}
	b := blas64.General{Rows: m, Cols: n, Stride: w, Data: ws.b[j+k:]}
	x := blas64.General{Rows: k, Cols: n, Stride: n, Data: ws.x}
	t := ws.factorT(blas64.General{Rows: k + m, Cols: k, Stride: k, Data: ws.panel})
	for i := range k {
		copy(ws.x[i*n:(i+1)*n], ws.r[(j+i)*w+j+k:])
	}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, v, b, 1, x)
	blas64.Trmm(blas.Left, blas.Trans, 1, t, x)
	for i := range k {
		row := ws.r[(j+i)*w+j+k:]
		for l, c := range ws.x[i*n : (i+1)*n] {
			row[l] -= c
		}
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, v, x, 1, b)
}

// triangle reduces A to its triangle, a panel of columns at a time where there are
// many. What is below the diagonal is not made zero.
func (ws *workspace) triangle(a blas64.General) {
	const many = 128
	columns := min(a.Rows, a.Cols)
	if columns <= many {
		gonum.Implementation{}.Dgeqr2(a.Rows, a.Cols, a.Data, a.Stride, ws.tau[:columns], ws.work)
		return
	}
	for j := 0; j < columns; j += panelColumns {
		k, m := min(panelColumns, columns-j), a.Rows-j
		ws.panel = grow(ws.panel, m*k)
		for i := range m {
			copy(ws.panel[i*k:(i+1)*k], a.Data[(j+i)*a.Stride+j:])
		}
		gonum.Implementation{}.Dgeqr2(m, k, ws.panel, k, ws.tau[:k], ws.work)
		for i := range k { // R and, in its place, the ones and zeros of V
			row := ws.panel[i*k+i : (i+1)*k]
			copy(a.Data[(j+i)*a.Stride+j+i:], row)
			clear(row)
			row[0] = 1
		}
		n := a.Cols - j - k
		if n == 0 {
			return
		}
		ws.x = grow(ws.x, k*n)
		v := blas64.General{Rows: m, Cols: k, Stride: k, Data: ws.panel}
		rest := blas64.General{Rows: m, Cols: n, Stride: a.Stride, Data: a.Data[j*a.Stride+j+k:]}
		x := blas64.General{Rows: k, Cols: n, Stride: n, Data: ws.x}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, v, rest, 0, x)
		blas64.Trmm(blas.Left, blas.Trans, 1, ws.factorT(v), x)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, v, x, 1, rest)
	}
}

// factorT returns T of the product I − V·T·Vᵀ of reflections I − τᵢ·vᵢ·vᵢᵀ, whose V lies
// below the diagonal (R. Schreiber, C. Van Loan, "A storage-efficient WY representation
// for products of Householder transformations", SIAM J. Sci. Stat. Comput. 10, 1989).
func (ws *workspace) factorT(v blas64.General) blas64.Triangular {
	k := v.Cols
	ws.t = grow(ws.t, k*k)
	t := blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: k, Stride: k, Data: ws.t}
	if k == 1 || lastOf(v, 1) >= lastOf(v, 0) {
		gonum.Implementation{}.Dlarft(lapack.Forward, lapack.ColumnWise, v.Rows, k, v.Data, v.Stride, ws.tau[:k], ws.t, k)
		return t
	}
	// Gonum's Dlarft (0.17) cuts the products with v₀ short where v₁ ends in zeros.
	for i, tau := range ws.tau[:k] {
		products := ws.work[:i] // of v₀ … vᵢ₋₁ with vᵢ
		for a := range products {
			products[a] = v.Data[i*k+a]
			for row := i + 1; row < v.Rows; row++ {
				products[a] += float64(v.Data[row*k+a] * v.Data[row*k+i])
			}
		}
		for a := range i {
			sum := 0.0
			for b, product := range products[a:] {
				sum += float64(ws.t[a*k+a+b] * product)
			}
			ws.t[a*k+i] = -tau * sum
		}
		ws.t[i*k+i] = tau
	}
	return t
}

// lastOf returns the last row below the diagonal in which column j is not 0, j if there
// is none.
func lastOf(v blas64.General, j int) int {
	for i := v.Rows - 1; i > j; i-- {
		if v.Data[i*v.Stride+j] != 0 {
			return i
		}
	}
	return j
}

func grow(s []float64, n int) []float64 { return slices.Grow(s[:0], n)[:n] }
