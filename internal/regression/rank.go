package regression

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"mlpipeline/internal/moments"
)

// tolerance is what is rounding, and no more, of what a column adds to others.
type tolerance struct {
	noise float64 // of the column itself, in the relation too by which another follows
	floor float64 // of what it adds, whatever the relation
}

// given bounds what the rounding of given numbers adds to a relation between
// columns, in units of 2⁻⁵³ of their size: ½ is certain for one column and one
// number, 0.4 is the most that random tables show for whole columns.
const given = 4

// roundingOfTiles bounds the rounding errors that a tile of rows leaves in a relation
// between columns, in the same units. Those of the tiles add up like a random walk:
// √tiles, times 42 at the most in tables of up to a million rows, whose levels follow
// from each other.
const roundingOfTiles = 128

// rounding bounds those of all rows. In double-double arithmetic there are none.
func (f *Factor) rounding() float64 {
	if f.Lo != nil {
		return 0
	}
	return roundingOfTiles * (1 + math.Sqrt(float64(f.N)/TileRows))
}

// leastOfSize is how much of itself a column must add to others in float64, so that
// copies that other programs have rounded are seen as copies.
const leastOfSize = 1e-11

// tolerances returns those of all columns. A number x is given to 2⁻⁵³·|x|, which is
// 2⁻⁵³·|x|/scale once it is standardised, so that every column has an error of its own.
// offset is how far the columns are from 0, in units of their scale; nil if they are not.
func (a *solver) tolerances(offset []float64) []tolerance {
	all := make([]tolerance, a.p)
	for j := range all {
		size := norm(a.f.column(0, j+1)) // √Σz²
		t := &all[j]
		if a.f.Lo == nil {
			t.floor = leastOfSize * size
		}
		t.noise = float64(0x1p-53 * a.f.rounding() * size)
		if offset != nil {
			t.noise += float64(0x1p-53 * given * (size + float64(offset[j]*math.Sqrt(float64(a.n)))))
		}
	}
	return all
}

// takeColumns takes the columns in order, leaving out those that follow from the
// ones taken before: the diagonal of their triangle tells what a column adds.
//
// What it adds is rounding, and no more, if it is smaller than the rounding
// errors of what it is computed from: of a difference z − Σ cₖ·zₖ those of its own
// terms. A column that is not part of the relation plays no part in the decision.
//
// Σ |cₖ|·noiseₖ is at most Σ |tₖ|·reachₖ, t being the column in the triangle T and reach what
// the columns of T⁻¹ add up to, times their noise. Where that decides, c is not computed.
func (a *solver) takeColumns(tolerances []tolerance) {
	var order []int
	for j := range a.p {
		if !a.isOut(j) {
			order = append(order, j)
		}
	}
	a.t = a.f.centred()
	if len(order) < a.p {
		a.t = a.t.Columns(append(slices.Clip(order), a.p))
	}
	var reach []float64
	for k := 0; k < len(order); {
		j := order[k]
		if k == a.rows() { // fewer than columns: nothing is left that any could add
			a.dropped, a.relation = append(a.dropped, j), append(a.relation, nil)
			order = slices.Delete(order, k, k+1)
			continue
		}
		column := a.t.column(0, k)
		adds, noise := math.Abs(column[k]), tolerances[j].noise
		for i, t := range column[:k] {
			noise += float64(math.Abs(t) * reach[i])
		}
		if !(adds > max(noise, tolerances[j].floor)) {
			coef := a.express(column[:k])
			noise = tolerances[j].noise
			for i, c := range coef {
				noise += float64(math.Abs(c) * tolerances[a.taken[i]].noise)
			}
			if !(adds > max(noise, tolerances[j].floor)) {
				a.dropped, a.relation = append(a.dropped, j), append(a.relation, coef)
				a.addNull(j, coef)
				order = slices.Delete(order, k, k+1)
				a.t = a.t.Columns(append(indices(0, k), indices(k+1, a.t.Width)...))
				continue
			}
		}
		a.taken, reach, k = append(a.taken, j), append(reach, noise/adds), k+1
	}
}

// express returns T⁻¹·t for the triangle T of the taken columns: the combination of these
// that is nearest to a column.
func (a *solver) express(t []float64) []float64 {
	c := slices.Clone(t)
	for i := len(c) - 1; i >= 0; i-- {
		row := a.t.R[a.t.place(i, i):]
		n := len(c) - 1 - i
		c[i] -= blas64.Dot(blas64.Vector{N: n, Inc: 1, Data: row[1:]}, blas64.Vector{N: n, Inc: 1, Data: c[i+1:]})
		c[i] /= row[0]
	}
	return c
}

// triangle returns T in float64.
func (a *solver) triangle() blas64.Triangular {
	k := a.rank()
	t := blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: k, Stride: max(1, k), Data: make([]float64, k*k)}
	for i := range k {
		for j := i; j < k; j++ {
			t.Data[i*k+j] = a.t.at(i, j).Hi
		}
	}
	return t
}

// addNull includes the relation that drops column j: eⱼ − Σ cₖ·eₖ, made
// orthogonal to those before it by Gram and Schmidt, twice.
func (a *solver) addNull(j int, coef []float64) {
	if a.rows() < a.free {
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
	size := norm(v)
	for i := range v {
		v[i] /= size
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

// constant reports whether column j did not vary at all: its scale is 1, its
// coefficient 0.
func (a *solver) constant(j int) bool { return norm(a.f.column(1, j+1)) == 0 }
