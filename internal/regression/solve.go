package regression

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"mlpipeline/internal/moments"
)

// solver answers least-squares questions about one factor.
//
// With R partitioned as its rows and columns [1 | Z | y], the p×p triangle r
// and the vector q are those of the centred problem min ‖r·b − q‖, and rho² is
// what no b explains. What decides the digits of a least-squares answer, the
// substitution, is done in double-double arithmetic; that costs p² operations.
type solver struct {
	n         int64
	p         int
	full      []moments.Sum // R, w×w by rows
	rho       float64
	tss       float64 // Σ(y − mean of y)²
	reduction float64 // see Factor.reduction

	// The columns that say something which those before them do not, and the
	// triangle of these alone, with q: the first rank rows of t, p×(p+1) by rows.
	taken []int
	t     []moments.Sum
	// The others, and how each follows from the taken ones before it.
	dropped  []int
	relation [][]float64
	null     [][]float64 // orthonormal: what can be added to b and changes no prediction

	bidiagonal *ridge // made when it is asked for
}

// big returns R[i][j].
func (a *solver) big(i, j int) moments.Sum { return a.full[i*(a.p+2)+j] }

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

// newSolver prepares the factor. offset is how far the columns are from 0, in
// units of their scale; nil if they are not.
func newSolver(f *Factor, offset []float64) (*solver, error) {
	p := f.Width - 2
	if f.N < int64(p+1) {
		return nil, fmt.Errorf("fewer rows than coefficients: %d rows, %d coefficients with the intercept", f.N, p+1)
	}
	if !f.finite() {
		return nil, errors.New("the factor is not finite")
	}
	a := &solver{n: f.N, p: p, full: f.precise(), reduction: f.reduction()}
	a.rho, a.tss = a.big(p+1, p+1).Value(), f.targetSquares()
	a.choose(offset)
	return a, nil
}

// choose takes the columns in order, leaving out those that follow from the
// ones taken before: R's own upper triangle tells what a column adds.
//
// What it adds is rounding, and no more, if it is smaller than the rounding
// errors of what it is computed from. A number x is given to 2⁻⁵³·|x|, which is
// 2⁻⁵³·|x|/scale once it is standardised, so that every column has an error of
// its own, and a difference z − Σ cₖ·zₖ that of its own terms. A column that is
// not part of the relation plays no part in the decision.
func (a *solver) choose(offset []float64) {
	w := a.p + 1
	for i := range a.p {
		a.t = append(a.t, a.full[(i+1)*(w+1)+1:(i+2)*(w+1)]...)
	}
	noise := make([]float64, a.p)
	for j := range noise {
		size := 0.0 // √Σz²
		for i := range j + 2 {
			size = math.Hypot(size, a.big(i, j+1).Hi)
		}
		noise[j] = float64(0x1p-53 * a.reduction * size)
		if offset != nil {
			noise[j] += float64(0x1p-53 * given * (size + float64(offset[j]*math.Sqrt(float64(a.n)))))
		}
	}
	for j := range a.p {
		k := a.rank()
		adds := 0.0
		for i := k; i <= j; i++ {
			adds = math.Hypot(adds, a.t[i*w+j].Hi)
		}
		coef := a.express(j)
		tolerance := noise[j]
		for i, c := range coef {
			tolerance += float64(math.Abs(c) * noise[a.taken[i]])
		}
		if adds <= tolerance {
			a.dropped, a.relation = append(a.dropped, j), append(a.relation, coef)
			a.addNull(j, coef)
			continue
		}
		if k < j {
			householder(a.t, w, j, k, j+1)
		}
		a.taken = append(a.taken, j)
	}
}

// given bounds what the rounding of given numbers adds to a relation between
// columns, in units of 2⁻⁵³ of their size: ½ is certain for one column and one
// number, 0.4 is the most that random tables show for whole columns.
const given = 4

// reduction bounds the rounding errors of the reduction of a factor's rows, in
// the same units. Those of the tiles add up like a random walk: √tiles, times 3.5
// at the most in random tables. In double-double arithmetic there are none.
func (f *Factor) reduction() float64 {
	if f.Lo != nil {
		return 0
	}
	return 16 * (1 + math.Sqrt(float64(f.N)/TileRows))
}

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
// columns, and returns x in the places of all columns, of the least norm.
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
	for i := range j + 1 {
		if a.big(i+1, j+1).Hi != 0 {
			return false
		}
	}
	return true
}

// triangle returns r in float64.
func (a *solver) triangle() *mat.TriDense {
	r := mat.NewTriDense(a.p, mat.Upper, nil)
	for i := range a.p {
		for j := i; j < a.p; j++ {
			r.SetTri(i, j, a.big(i+1, j+1).Value())
		}
	}
	return r
}

// condition returns the ratio of the largest singular value of r to the
// smallest that counts, to six digits: the last ones depend on the machine.
func (a *solver) condition() float64 {
	var svd mat.SVD
	if a.rank() == 0 || !svd.Factorize(a.triangle(), mat.SVDNone) {
		return 1
	}
	s := svd.Values(nil)
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(s[0]/s[a.rank()-1], 'g', 6, 64), 64)
	return rounded
}

// rss returns the residual sum of squares of a solution over the factor's rows.
func (a *solver) rss(x solution) float64 {
	sum := float64(a.rho * a.rho)
	for i := range a.p {
		e := moments.Sum{}.Minus(a.big(i+1, a.p+1))
		for j := i; j < a.p; j++ {
			e.Merge(a.big(i+1, j+1).Times(x.b[j]))
		}
		sum += float64(e.Value() * e.Value())
	}
	return sum
}

// squares are sums of squared solutions: of every bⱼ, and of the value
// b₀ + Σ bⱼ·cⱼ at a point c.
type squares struct {
	c  []moments.Sum
	b  []float64
	at float64
}

// Add includes a solution.
func (s *squares) Add(x solution) {
	if s.b == nil {
		s.b = make([]float64, len(x.b))
	}
	at := x.b0
	for j, b := range x.b {
		s.b[j] += float64(b.Value() * b.Value())
		at.Merge(b.Times(s.c[j]))
	}
	s.at += float64(at.Value() * at.Value())
}

// roots returns the square roots of the sums, each times a factor.
func (s *squares) roots(factor float64) (b []float64, at float64) {
	b = make([]float64, len(s.c))
	for j, square := range s.b {
		b[j] = factor * math.Sqrt(square)
	}
	return b, factor * math.Sqrt(s.at)
}

// stdErrors returns the standard errors, per unit of residual standard
// deviation, of b and of the value b₀ + Σ bⱼ·cⱼ at the point c.
//
// They are the lengths of the rows of a matrix M with cov(b) = σ²·M·Mᵀ: for
// least squares the (pseudo-)inverse of r, for ridge (rᵀr + alpha·I)⁻¹·rᵀ.
func (a *solver) stdErrors(alpha float64, c []moments.Sum) (b []float64, at float64) {
	sum := squares{c: c}
	sum.Add(a.solve(alpha, moments.Float(1), nil))
	for k := range a.rank() {
		unit := make([]moments.Sum, k+1)
		unit[k] = moments.Float(1)
		sum.Add(a.solve(alpha, moments.Sum{}, unit))
	}
	return sum.roots(1)
}

// fits reports whether the squares of the target have not vanished: it is
// constant, or far enough from 0.
func (a *solver) fits() bool {
	largest := math.Abs(a.rho)
	for i := range a.p {
		largest = max(largest, math.Abs(a.big(i+1, a.p+1).Hi))
	}
	return largest == 0 || largest > 1e-153
}
