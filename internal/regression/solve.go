package regression

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
)

// solver answers least-squares questions about one factor.
//
// With R partitioned as its rows and columns [1 | Z | y], the p×p triangle
// r and the vector q are those of the centred problem min ‖r·b − q‖. What decides the
// digits of a least-squares answer, the substitution, is done in double-double
// arithmetic; that costs p² operations.
type solver struct {
	n          int64
	p          int
	left       []bool // columns that are left out; nil for none
	free       int    // the number of the others
	f          *Factor
	wide       bool // standard errors are computed in float64
	categories []levelColumns
	full       []moments.Sum // R by rows, w numbers each; n of them if there are fewer than w

	// The columns that say something which those before them do not, but for those
	// that categories leave out, and the triangle of these alone, with q: the first
	// rank rows of t, p + 1 numbers each.
	taken     []int
	t         []moments.Sum
	float     []float64      // the triangle in float64, p numbers each row
	begun     blas64.General // see express
	begunFrom int
	// The others, and how each follows from the taken ones before it; nil where there
	// are as many of these as rows, from which anything follows.
	dropped  []int
	relation [][]float64
	null     [][]float64 // orthonormal: what can be added to b and changes no prediction
}

// big returns R[i][j].
func (a *solver) big(i, j int) moments.Sum {
	if k := i*(a.p+2) + j; k < len(a.full) {
		return a.full[k]
	}
	return moments.Sum{}
}

// rows returns how many rows r has: p, or n − 1 if that is less.
func (a *solver) rows() int { return min(a.p, len(a.full)/(a.p+2)-1) }

// rank returns how many columns were taken.
func (a *solver) rank() int { return len(a.taken) }

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

// Enough reports rows that are too few for so many coefficients with the intercept,
// which only a penalty allows.
func Enough(rows int64, coefficients int, alpha float64) error {
	if rows >= int64(coefficients) || alpha > 0 {
		return nil
	}
	return fmt.Errorf("fewer rows than coefficients: %d rows, %d coefficients with the intercept; "+
		"use a penalty (-alpha), or fewer features", rows, coefficients)
}

// newSolver prepares the factor [1 | Z | y] of p columns Z for least squares, and for
// penalties from alpha, without the columns that are left out; the categories are of the
// others. See tolerances for offset.
func newSolver(f *Factor, offset []float64, alpha float64, left []bool, categories []levelColumns) (*solver, error) {
	p := f.Width - 2
	free := p
	for _, out := range left {
		if out {
			free--
		}
	}
	if err := Enough(f.N, free+1-len(categories), alpha); err != nil {
		return nil, err
	}
	if !f.finite() {
		return nil, errors.New("the factor is not finite")
	}
	a := &solver{n: f.N, p: p, left: left, free: free, f: f, wide: p > wide, categories: categories}
	a.full, a.float = f.precise(), make([]float64, p*p)
	for i := range a.rows() {
		a.t = append(a.t, a.full[(i+1)*(p+2)+1:(i+2)*(p+2)]...)
	}
	a.findAbsent()
	a.takeColumns(a.tolerances(offset))
	return a, nil
}

// penalized returns the solver of min ‖r·b − q‖² + alpha·‖b‖²: that is least squares on
// r with √alpha·I below it. All columns that vary are taken; those that follow from
// others come behind them, and do so exactly, without what rounding has left of them: else
// a small penalty would not share what they explain.
func (a *solver) penalized(alpha float64) *solver {
	if alpha == 0 {
		return a
	}
	order := slices.Clone(a.taken)
	for j := range a.p {
		if !slices.Contains(a.taken, j) && !a.constant(j) && !(a.left != nil && a.left[j]) {
			order = append(order, j)
		}
	}
	w := len(order) + 1
	all := Factor{N: int64(a.rank()), Width: w}
	penalty := Factor{N: int64(w), Width: w}
	for i := range w {
		if i < a.rank() {
			row := a.exactRow(i)
			for _, j := range order[i:] {
				all.R = append(all.R, row[j])
			}
			all.R = append(all.R, row[a.p])
		}
		zeros := make([]float64, w-i)
		if i < len(order) {
			zeros[0] = math.Sqrt(alpha)
		}
		penalty.R = append(penalty.R, zeros...)
	}
	all.Merge(&penalty)
	s := &solver{n: a.n, p: a.p, f: a.f, wide: a.wide, full: a.full, taken: order}
	s.t, s.float = make([]moments.Sum, len(order)*(a.p+1)), make([]float64, a.p*a.p)
	r := all.unpack()
	for i := range order {
		for k, j := range append(order, a.p) {
			s.t[i*(a.p+1)+j] = moments.Float(r[i*w+k])
			if j < a.p {
				s.float[i*a.p+k] = r[i*w+k]
			}
		}
	}
	return s
}

// exactRow returns row i of the triangle of the taken columns, and of all others as they
// follow from these, with q behind them.
func (a *solver) exactRow(i int) []float64 {
	row, t := make([]float64, a.p+1), a.t[i*(a.p+1):]
	row[a.p] = t[a.p].Value()
	for _, j := range a.taken[i:] {
		row[j] = t[j].Value()
	}
	for k, j := range a.dropped {
		if a.relation[k] == nil {
			row[j] = t[j].Value()
		}
		for l, c := range a.relation[k] {
			row[j] += float64(c * row[a.taken[l]])
		}
	}
	for _, c := range a.categories {
		sum := 0.0 // Σ scale·z of the other levels
		for l, scale := range c.scale {
			sum += float64(scale * row[c.from+l])
		}
		row[c.out] = -sum / c.scale[c.out-c.from]
	}
	return row
}

// solve returns the least-squares solution; among those of collinear columns, that of
// the least norm.
func (a *solver) solve() solution {
	q := make([]moments.Sum, a.rank())
	for i := range q {
		q[i] = a.t[i*(a.p+1)+a.p]
	}
	return a.substitute(a.big(0, a.p+1), q)
}

// substitute solves T·x = q for the triangle T of the taken columns; see complete.
func (a *solver) substitute(q0 moments.Sum, q []moments.Sum) solution {
	w := a.p + 1
	b := make([]moments.Sum, a.p)
	for i := len(q) - 1; i >= 0; i-- {
		v := q[i]
		for _, j := range a.taken[i+1:] {
			v = v.Minus(a.t[i*w+j].Times(b[j]))
		}
		b[a.taken[i]] = v.Over(a.t[i*w+a.taken[i]])
	}
	return a.complete(q0, b)
}

// complete makes the solution of that of the taken columns, in the places of all: of the
// least norm, but for levels that no row has (see average). q0 stands in the place of the
// first number of R's last column, and gives the intercept.
func (a *solver) complete(q0 moments.Sum, b []moments.Sum) solution {
	a.leastNorm(b)
	a.average(b)
	for j := range b {
		q0 = q0.Minus(a.big(0, j+1).Times(b[j]))
	}
	return solution{q0.Over(a.big(0, 0)), b}
}

// condition returns the ratio of the largest singular value of r to the smallest that
// counts, the one of its rank, to six digits: the last ones depend on the machine.
func (a *solver) condition() float64 {
	m, n, rank := a.rows(), a.free, a.rank()
	if rank == 0 {
		return 1
	}
	r := make([]float64, m*n)
	for i := range m {
		k := 0
		for j := range a.p {
			if a.left != nil && a.left[j] {
				continue
			}
			r[i*n+k] = a.big(i+1, j+1).Value()
			k++
		}
	}
	var impl gonum.Implementation
	k := min(m, n)
	d, e, tau, work := make([]float64, k), make([]float64, k), make([]float64, 2*k), make([]float64, 32*(m+n))
	impl.Dgebrd(m, n, r, n, d, e[:k-1], tau[:k], tau[k:], work, len(work))
	uplo := blas.Upper
	if m < n {
		uplo = blas.Lower
	}
	if !impl.Dbdsqr(uplo, k, 0, 0, 0, d, e, nil, 1, nil, 1, nil, 1, work) {
		return 1
	}
	return metrics.Round(d[0]/d[rank-1], 6)
}
