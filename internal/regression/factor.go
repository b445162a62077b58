// Package regression is linear least squares on triangular factors that merge.
//
// The rows [1 | Z | y] of a dataset, Z being its standardised features and y
// its target less a constant, become block by block the triangle R of
// their QR decomposition, which is all that least squares ever asks of them.
// The QR of two triangles, stacked, gives the triangle of all
// their rows: a tall-skinny QR (J. Demmel, L. Grigori, M. Hoemmen, J. Langou,
// "Communication-optimal parallel and sequential QR and LU factorizations",
// SIAM J. Sci. Comput. 34, 2012).
//
// What can be asked of them, no row being read again:
//
//	Factor.Add, Merge        more rows; all rows of two factors
//	Factor.Columns           the factor of some of the w columns, in any order
//	newSolver                of a factor [1 | Z | y], w = p + 2: which columns follow from others
//	solver.penalized, solve  b₀ and the p numbers b for a penalty, 0 for none
//	solver.path              the same for many penalties at once
//	Factor.squaredError      Σ(y − b₀ − Z·b)² over the rows of this factor or of any other
//	without                  the factor of all but one of a list, for each of them
package regression

import (
	"math"

	"mlpipeline/internal/moments"
)

// Factor is the triangle R of the rows it was given: RᵀR = AᵀA for the n×w
// matrix A of these rows. Its zero value has no rows. Nothing writes into an R
// that is made, so that factors may share it.
type Factor struct {
	N     int64     // rows
	Width int       // w: p + 2 where it is of the intercept, p features and the target
	R     []float64 // upper triangle by rows, diagonal ≥ 0: its first min(n, w) rows, the others being zeros
	Lo    []float64 // of a precise factor: what R lacks, as in moments.Sum

	waiting []float64 // the last rows, which are not in R yet; see Await
}

// TileRows is a good number of rows for one call of Add: with them the matrix
// that is factored fits in a core's cache.
const TileRows = 256

// Add includes n rows, an n×w matrix by rows, which it overwrites.
func (f *Factor) Add(rows []float64, width int) {
	if len(rows) == 0 {
		return
	}
	f.Width = width
	f.stackQR(rows)
	f.N += int64(len(rows) / width)
}

// Await is Add for rows that come few at a time: they are left as they are until
// there are TileRows of them, or as many as columns if that is more. Then, and in
// Finish, they are added.
func (f *Factor) Await(rows []float64, width int) {
	if len(rows) > 0 {
		f.Width = width
	}
	for most := max(width, TileRows) * width; len(rows) > 0; {
		n := min(len(rows), most-len(f.waiting))
		f.waiting = append(f.waiting, rows[:n]...)
		rows = rows[n:]
		if len(f.waiting) == most {
			f.Finish()
		}
	}
}

// Finish adds the rows that wait.
func (f *Factor) Finish() {
	f.Add(f.waiting, f.Width)
	f.waiting = f.waiting[:0]
}

// Merge includes all rows of o.
func (f *Factor) Merge(o *Factor) {
	if o.N > 0 {
		f.Finish()
	}
	switch {
	case o.N == 0:
	case f.N == 0:
		f.Width, f.R, f.Lo = o.Width, o.R, o.Lo
	case f.Lo != nil && o.Lo != nil:
		f.stackPrecise(o.precise(indices(0, o.Width)))
	default:
		f.Lo = nil
		f.stackQR(o.unpack(indices(0, o.Width)))
	}
	f.N += o.N
	f.Await(o.waiting, o.Width)
}

// rows returns how many rows R has.
func (f *Factor) rows() int { return int(min(f.N, int64(f.Width))) }

// trapezoid returns how many numbers the first rows of a w×w triangle have.
func trapezoid(rows, w int) int { return rows*w - rows*(rows-1)/2 }

// place returns where R[i][j] is, for j ≥ i.
func (f *Factor) place(i, j int) int { return i*(2*f.Width-i-1)/2 + j }

// at returns R[i][j] in full, for j ≥ i; R has zeros where the rows were too few.
func (f *Factor) at(i, j int) moments.Sum {
	k := f.place(i, j)
	switch {
	case k >= len(f.R):
		return moments.Sum{}
	case f.Lo == nil:
		return moments.Float(f.R[k])
	}
	return moments.Sum{Hi: f.R[k], Lo: f.Lo[k]}
}

// set sets R[i][j].
func (f *Factor) set(i, j int, v moments.Sum) {
	k := f.place(i, j)
	if f.R[k] = v.Hi; f.Lo != nil {
		f.Lo[k] = v.Lo
	}
}

// column returns rows from i on of column j of R, down to its diagonal.
func (f *Factor) column(i, j int) []float64 {
	column := make([]float64, max(0, min(f.rows(), j+1)-i))
	for k := range column {
		column[k] = f.at(i+k, j).Hi
	}
	return column
}

// indices are those from a first one to a last one, which is not included.
func indices(from, to int) (all []int) {
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}

// unpack returns a choice of columns of R, by rows.
func (f *Factor) unpack(columns []int) []float64 {
	w := len(columns)
	rows := make([]float64, f.rows()*w)
	for i := range f.rows() {
		for l, j := range columns {
			if j >= i {
				rows[i*w+l] = f.at(i, j).Hi
			}
		}
	}
	return rows
}

// Columns returns the factor of a choice of columns, in the order given.
func (f *Factor) Columns(columns []int) *Factor {
	g := &Factor{Width: len(columns)}
	if f.Lo != nil {
		g.stackPrecise(f.precise(columns))
	} else {
		g.stackQR(f.unpack(columns))
	}
	g.N = f.N
	return g
}

// residuals returns R·(−b₀; −b; 1), whose length is that of the residuals e = y − b₀ − Z·b of
// all the rows of the factor.
func (f *Factor) residuals(x solution) []moments.Sum {
	e := make([]moments.Sum, f.rows())
	for i := range e {
		e[i] = f.at(i, f.Width-1)
		if i == 0 {
			e[i] = e[i].Minus(f.at(0, 0).Times(x.b0))
		}
		for j := max(i, 1); j < f.Width-1; j++ {
			e[i] = e[i].Minus(f.at(i, j).Times(x.b[j-1]))
		}
	}
	return e
}

// squaredError returns Σe² over all the rows of the factor.
func (f *Factor) squaredError(x solution) (sum float64) {
	for _, e := range f.residuals(x) {
		sum += float64(e.Value() * e.Value())
	}
	return sum
}

// residualSum returns Σe over all the rows of the factor: the first row of R belongs to the
// column of ones.
func (f *Factor) residualSum(x solution) float64 { return float64(f.R[0] * f.residuals(x)[0].Value()) }

// score returns Xᵀe over the rows of the factor, X = [1 | Z].
func (f *Factor) score(x solution) []moments.Sum {
	s := make([]moments.Sum, f.Width-1)
	for i, e := range f.residuals(x) {
		for j := i; j < len(s); j++ {
			s[j].Merge(f.at(i, j).Times(e))
		}
	}
	return s
}

// targetSquares returns Σ(y − mean of y)², 0 where rounding is all that there is.
func (f *Factor) targetSquares() float64 {
	if f.N == 0 {
		return 0
	}
	noise := f.rounding() * 0x1p-53
	if f.Lo != nil {
		noise = 0x1p-90
	}
	last := f.Width - 1
	noise *= math.Abs(f.R[last]) // the mean's, times √n
	deviation := norm(f.column(1, last))
	if deviation <= noise {
		return 0
	}
	return deviation * deviation
}

// ResidualSquares returns the residual sum of squares of the least-squares fit
// to all columns.
func (f *Factor) ResidualSquares() float64 {
	if f.N < int64(f.Width) || f.N == 0 {
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
