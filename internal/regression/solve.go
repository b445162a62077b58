package regression

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/moments"
)

// solver answers least-squares questions about one factor.
//
// With R partitioned as its rows and columns [1 | Z | y], the p×p triangle r
// and the vector q are those of the centred problem min ‖r·b − q‖, and rho² is
// what no b explains. What decides the digits of a least-squares answer, the
// substitution, is done in double-double arithmetic; that costs p² operations.
type solver struct {
	n          int64
	p          int
	categories []levels
	full       []moments.Sum // R by rows, w numbers each; n of them if there are fewer than w
	rho        float64
	tss        float64 // Σ(y − mean of y)²

	// The columns that say something which those before them do not, but for those
	// that categories leave out, and the triangle of these alone, with q: the first
	// rank rows of t, p + 1 numbers each.
	taken []int
	t     []moments.Sum
	// The others, and how each follows from the taken ones before it; nil where there
	// are as many of these as rows, from which anything follows.
	dropped  []int
	relation [][]float64
	null     [][]float64 // orthonormal: what can be added to b and changes no prediction

	inverse    []float64 // of the triangle of the taken columns, by rows, if none was dropped
	bidiagonal *ridge    // made when it is asked for
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

// newSolver prepares the factor for penalties from alpha. offset is how far the
// columns are from 0, in units of their scale; nil if they are not.
func newSolver(f *Factor, offset []float64, alpha float64, categories ...levels) (*solver, error) {
	p := f.Width - 2
	if err := Enough(f.N, p+1-len(categories), alpha); err != nil {
		return nil, err
	}
	if !f.finite() {
		return nil, errors.New("the factor is not finite")
	}
	a := &solver{n: f.N, p: p, categories: categories, full: f.precise()}
	a.rho, a.tss = a.big(p+1, p+1).Value(), f.targetSquares()
	a.takeColumns(a.tolerances(f, offset))
	return a, nil
}

// tolerance is what is rounding, and no more, of what a column adds to others.
type tolerance struct {
	noise float64 // of the column itself, in the relation too by which another follows
	floor float64 // of what it adds, whatever the relation
}

// tolerances returns those of all columns. A number x is given to 2⁻⁵³·|x|, which is
// 2⁻⁵³·|x|/scale once it is standardised, so that every column has an error of its own.
func (a *solver) tolerances(f *Factor, offset []float64) []tolerance {
	all := make([]tolerance, a.p)
	for j := range all {
		size := 0.0 // √Σz²
		for i := range min(j+2, a.rows()+1) {
			size = math.Hypot(size, a.big(i, j+1).Hi)
		}
		t := &all[j]
		if f.Lo == nil {
			t.floor = leastOfSize * size
		}
		t.noise = float64(0x1p-53 * f.rounding() * size)
		if offset != nil {
			t.noise += float64(0x1p-53 * given * (size + float64(offset[j]*math.Sqrt(float64(a.n)))))
		}
	}
	return all
}

// takeColumns takes the columns in order, leaving out those that follow from the
// ones taken before: R's own upper triangle tells what a column adds.
//
// What it adds is rounding, and no more, if it is smaller than the rounding
// errors of what it is computed from: of a difference z − Σ cₖ·zₖ those of its own
// terms. A column that is not part of the relation plays no part in the decision.
func (a *solver) takeColumns(tolerances []tolerance) {
	w, rows := a.p+1, a.rows()
	a.t = make([]moments.Sum, 0, rows*w)
	for i := range rows {
		a.t = append(a.t, a.full[(i+1)*(w+1)+1:(i+2)*(w+1)]...)
	}
	a.findAbsent()
	if a.takeAll(tolerances) {
		return
	}
	for j := range a.p {
		if a.isOut(j) {
			continue
		}
		k, end := a.rank(), min(j+1, rows)
		if k == rows { // fewer than columns: nothing is left that any could add
			a.dropped, a.relation = append(a.dropped, j), append(a.relation, nil)
			continue
		}
		adds := 0.0
		for i := k; i < end; i++ {
			adds = math.Hypot(adds, a.t[i*w+j].Hi)
		}
		coef := a.express(j)
		noise := tolerances[j].noise
		for i, c := range coef {
			noise += float64(math.Abs(c) * tolerances[a.taken[i]].noise)
		}
		if adds <= max(noise, tolerances[j].floor) {
			a.dropped, a.relation = append(a.dropped, j), append(a.relation, coef)
			a.addNull(j, coef)
			continue
		}
		if k < j {
			householder(a.t, w, j, k, end)
		}
		a.taken = append(a.taken, j)
	}
}

// takeAll takes all columns but those that categories leave out, and reports whether
// takeColumns would. Column j of the inverse of their triangle is that of the relation,
// over what the column adds: 1/adds and −cₖ/adds.
func (a *solver) takeAll(tolerances []tolerance) bool {
	if a.rows() < a.p {
		return false
	}
	t := a.t
	if len(a.categories) > 0 {
		t = slices.Clone(t)
	}
	var columns []int
	for j := range a.p {
		if a.isOut(j) {
			continue
		}
		if k := len(columns); k < j {
			householder(t, a.p+1, j, k, j+1)
		}
		columns = append(columns, j)
	}
	n := len(columns)
	inverse := upper(t, a.p+1, columns)
	ok := invert(inverse, n)
	sums := make([]float64, n) // (noise[j] + Σ |cₖ|·noise[k])/adds
	for i, j := range columns {
		for k := i; k < n; k++ {
			sums[k] += float64(math.Abs(inverse[i*n+k]) * tolerances[j].noise)
		}
		ok = ok && tolerances[j].floor*math.Abs(inverse[i*n+i]) < 1
	}
	for _, sum := range sums {
		ok = ok && sum < 1
	}
	if ok {
		a.taken, a.t, a.inverse = columns, t, inverse
	}
	return ok
}

// upper returns the triangle of some columns of t, w numbers by row, in float64.
func upper(t []moments.Sum, w int, columns []int) []float64 {
	n := len(columns)
	r := make([]float64, n*n)
	for i := range n {
		for k := i; k < n; k++ {
			r[i*n+k] = t[i*w+columns[k]].Value()
		}
	}
	return r
}

// given bounds what the rounding of given numbers adds to a relation between
// columns, in units of 2⁻⁵³ of their size: ½ is certain for one column and one
// number, 0.4 is the most that random tables show for whole columns.
const given = 4

const roundingOfTiles = 128

// rounding bounds the rounding errors that a factor's rows have left in a relation
// between columns, in the same units. Those of the tiles add up like a random walk:
// √tiles, times 42 at the most in tables of up to a million rows, whose levels follow from each
// other. In double-double arithmetic there are none.
func (f *Factor) rounding() float64 {
	if f.Lo != nil {
		return 0
	}
	return roundingOfTiles * (1 + math.Sqrt(float64(f.N)/TileRows))
}

// leastOfSize is how much of itself a column must add to others in float64, so that
// copies that other programs have rounded are seen as copies.
const leastOfSize = 1e-11

// express returns the combination of the taken columns that is nearest to
// column j of r.
func (a *solver) express(j int) []float64 {
	w := a.p + 1
	c := make([]float64, a.rank())
	for i := len(c) - 1; i >= 0; i-- {
		v := a.t[i*w+j].Hi
		for k := i + 1; k < len(c); k++ {
			v -= float64(a.t[i*w+a.taken[k]].Hi * c[k])
		}
		c[i] = v / a.t[i*w+a.taken[i]].Hi
	}
	return c
}

// addNull includes the relation that drops column j: eⱼ − Σ cₖ·eₖ, made
// orthogonal to those before it by Gram and Schmidt, twice.
func (a *solver) addNull(j int, coef []float64) {
	if a.rows() < a.p {
		return // with a penalty, which leaves no choice
	}
	v := make([]float64, a.p)
	v[j] = 1
	for i, c := range coef {
		v[a.taken[i]] = -c
	}
	for range 2 {
		for _, u := range a.null {
			dot := 0.0
			for i := range u {
				dot += float64(u[i] * v[i])
			}
			for i := range u {
				v[i] -= float64(dot * u[i])
			}
		}
	}
	norm := 0.0
	for _, x := range v {
		norm = math.Hypot(norm, x)
	}
	for i := range v {
		v[i] /= norm
	}
	a.null = append(a.null, v)
}

// leastNorm takes from b what changes no prediction.
func (a *solver) leastNorm(b []moments.Sum) {
	for _, u := range a.null {
		var dot moments.Sum
		for j := range b {
			dot.Merge(b[j].Times(moments.Float(u[j])))
		}
		for j := range b {
			b[j] = b[j].Minus(dot.Times(moments.Float(u[j])))
		}
	}
}

// substitute solves T·x = c for the triangle T of the first len(c) taken
// columns, and returns x in the places of all columns: of the least norm, but for
// levels that no row has (see average).
func (a *solver) substitute(c []moments.Sum) []moments.Sum {
	w := a.p + 1
	x := make([]moments.Sum, a.p)
	for i := len(c) - 1; i >= 0; i-- {
		v := c[i]
		for _, j := range a.taken[i+1 : len(c)] {
			v = v.Minus(a.t[i*w+j].Times(x[j]))
		}
		x[a.taken[i]] = v.Over(a.t[i*w+a.taken[i]])
	}
	a.leastNorm(x)
	a.average(x)
	return x
}

// at solves min ‖y − b₀ − Z·b‖² + alpha·‖b‖². Without a penalty it is back
// substitution; among the solutions of collinear columns, that of the least
// norm.
func (a *solver) at(alpha float64) solution {
	q := make([]moments.Sum, a.rank())
	for i := range q {
		q[i] = a.t[i*(a.p+1)+a.p]
	}
	return a.solve(alpha, a.big(0, a.p+1), q)
}

// solve is at for another right-hand side: first in the place of the first number
// of R's last column, q in that of the taken columns' q, or of its beginning.
func (a *solver) solve(alpha float64, first moments.Sum, q []moments.Sum) solution {
	x := solution{b0: first}
	if alpha == 0 {
		x.b = a.substitute(q)
	} else {
		x.b = a.reduce().at(alpha, q)
		for j := range x.b {
			if a.constant(j) {
				x.b[j] = moments.Sum{} // without the rounding of others
			}
		}
	}
	for j := range x.b {
		x.b0 = x.b0.Minus(a.big(0, j+1).Times(x.b[j]))
	}
	x.b0 = x.b0.Over(a.big(0, 0))
	return x
}

// constant reports whether column j did not vary at all: its scale is 1, its
// coefficient 0.
func (a *solver) constant(j int) bool {
	for i := range min(j+1, a.rows()) {
		if a.big(i+1, j+1).Hi != 0 {
			return false
		}
	}
	return true
}

// condition returns the ratio of the largest singular value of r to the
// smallest that counts, to six digits: the last ones depend on the machine.
func (a *solver) condition() float64 {
	k := a.rank()
	if k == 0 {
		return 1
	}
	s := a.reduce()
	d, e, work := slices.Clone(s.d), slices.Clone(s.e), make([]float64, 4*k)
	if !(gonum.Implementation{}).Dbdsqr(blas.Upper, k, 0, 0, 0, d, e, nil, 1, nil, 1, nil, 1, work) {
		return 1
	}
	return metrics.Round(d[0]/d[k-1], 6)
}

// rss returns the residual sum of squares of a solution over the factor's rows.
func (a *solver) rss(x solution) float64 {
	sum := float64(a.rho * a.rho)
	for i := range a.rows() {
		e := moments.Sum{}.Minus(a.big(i+1, a.p+1))
		for j := i; j < a.p; j++ {
			e.Merge(a.big(i+1, j+1).Times(x.b[j]))
		}
		sum += float64(e.Value() * e.Value())
	}
	return sum
}

// fits reports whether the squares of the target have not vanished: it is
// constant, or far enough from 0.
func (a *solver) fits() bool {
	largest := math.Abs(a.rho)
	for i := range a.rows() {
		largest = max(largest, math.Abs(a.big(i+1, a.p+1).Hi))
	}
	return largest == 0 || largest > 1e-153
}
