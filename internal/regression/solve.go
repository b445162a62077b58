package regression

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"mlpipeline/internal/moments"
)

// solver answers least-squares questions about one factor.
//
// With R partitioned as its rows and columns [1 | Z | y], the triangle of [Z | y] is that of
// the centred problem min ‖Z·b − y‖. What decides the digits of a least-squares answer, the
// substitution, is done in double-double arithmetic; that costs p² operations.
type solver struct {
	n          int64
	p          int
	left       []bool // columns that are left out; nil for none
	free       int    // the number of the others
	f          *Factor
	wide       bool // standard errors are computed in float64
	categories []levelColumns

	// The columns that say something which those before them do not, but for those
	// that categories leave out, and the centred triangle of these alone, with y after them
	// and, where rows are too few, the columns that are not needed.
	taken []int
	t     *Factor
	// The others, and how each follows from the taken ones before it; nil where there
	// are as many of these as rows, from which anything follows.
	dropped  []int
	relation [][]float64
	null     [][]float64 // orthonormal: what can be added to b and changes no prediction
}

// centred returns the triangle of the columns [Z | y] about their means, which is R without
// the first row and column.
func (f *Factor) centred() *Factor {
	c := &Factor{N: f.N - 1, Width: f.Width - 1, R: f.R[f.Width:]}
	if f.Lo != nil {
		c.Lo = f.Lo[f.Width:]
	}
	return c
}

// rows returns how many rows the centred triangle has: p, or n − 1 if that is less.
func (a *solver) rows() int { return min(a.p, a.f.rows()-1) }

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
	a.findAbsent()
	a.takeColumns(a.tolerances(offset))
	return a, nil
}

// every returns the columns that vary, the taken ones first, and the centred triangle of
// all of them and y: those that follow from others do so exactly, without what rounding has left
// of them, else a small penalty would not share what they explain.
func (a *solver) every() (order []int, all *Factor) {
	order = slices.Clone(a.taken)
	for j := range a.p {
		if !slices.Contains(a.taken, j) && !a.constant(j) && !(a.left != nil && a.left[j]) {
			order = append(order, j)
		}
	}
	all = &Factor{N: int64(a.rank()), Width: len(order) + 1}
	for i := range a.rank() {
		row := a.exactRow(i)
		for k := i; k < len(order); k++ {
			all.R = append(all.R, row[order[k]])
		}
		all.R = append(all.R, row[a.p])
	}
	return order, all
}

// penalized returns the solver of min ‖Z·b − y‖² + alpha·‖b‖²: that is least squares with
// √alpha·I below Z. All columns that vary are taken.
func (a *solver) penalized(alpha float64) *solver {
	if alpha == 0 {
		return a
	}
	order, all := a.every()
	rows := make([]float64, len(order)*all.Width)
	for i := range order {
		rows[i*all.Width+i] = math.Sqrt(alpha)
	}
	all.Add(rows, all.Width)
	return &solver{n: a.n, p: a.p, f: a.f, wide: a.wide, taken: order, t: all}
}

// exactRow returns row i of the triangle of the taken columns, and of all others as they
// follow from these, with y after them.
func (a *solver) exactRow(i int) []float64 {
	row := make([]float64, a.p+1)
	row[a.p] = a.t.at(i, a.t.Width-1).Value()
	for k := i; k < a.rank(); k++ {
		row[a.taken[k]] = a.t.at(i, k).Value()
	}
	spare := a.rank() // the place of a column that is not needed
	for k, j := range a.dropped {
		if a.relation[k] == nil {
			row[j] = a.t.at(i, spare).Value()
			spare++
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
		q[i] = a.t.at(i, a.t.Width-1)
	}
	return a.substitute(a.f.at(0, a.p+1), q)
}

// substitute solves T·x = q for the triangle T of the taken columns; see complete.
func (a *solver) substitute(q0 moments.Sum, q []moments.Sum) solution {
	b := make([]moments.Sum, a.p)
	for i := len(q) - 1; i >= 0; i-- {
		v := q[i]
		for k := i + 1; k < len(q); k++ {
			v = v.Minus(a.t.at(i, k).Times(b[a.taken[k]]))
		}
		b[a.taken[i]] = v.Over(a.t.at(i, i))
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
		q0 = q0.Minus(a.f.at(0, j+1).Times(b[j]))
	}
	return solution{q0.Over(a.f.at(0, 0)), b}
}
