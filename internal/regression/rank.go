package regression

import (
	"math"

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
		size := 0.0 // √Σz²
		for i := range min(j+2, a.rows()+1) {
			size = math.Hypot(size, a.big(i, j+1).Hi)
		}
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
// ones taken before: R's own upper triangle tells what a column adds.
//
// What it adds is rounding, and no more, if it is smaller than the rounding
// errors of what it is computed from: of a difference z − Σ cₖ·zₖ those of its own
// terms. A column that is not part of the relation plays no part in the decision.
func (a *solver) takeColumns(tolerances []tolerance) {
	w, rows := a.p+1, a.rows()
	for j := range a.p {
		if a.isOut(j) {
			continue
		}
		k := a.rank()
		if k == rows { // fewer than columns: nothing is left that any could add
			a.dropped, a.relation = append(a.dropped, j), append(a.relation, nil)
			continue
		}
		adds := 0.0
		for i := k; i < min(j+1, rows); i++ {
			adds = math.Hypot(adds, a.t[i*w+j].Hi)
		}
		coef := a.express(j)
		noise := tolerances[j].noise
		for i, c := range coef {
			noise += float64(math.Abs(c) * tolerances[a.taken[i]].noise)
		}
		if adds > max(noise, tolerances[j].floor) {
			a.take(j)
			continue
		}
		a.dropped, a.relation = append(a.dropped, j), append(a.relation, coef)
		a.addNull(j, coef)
	}
}

// take makes column j the next of the triangle.
func (a *solver) take(j int) {
	w, k := a.p+1, a.rank()
	if k < j {
		eliminatePrecise(a.t, w, j, k, min(j+1, a.rows()))
	}
	for i := range k + 1 {
		a.float[i*a.p+k] = a.t[i*w+j].Hi
	}
	a.taken = append(a.taken, j)
}

// triangle returns T, that of the taken columns from the k-th on, in float64.
func (a *solver) triangle(k int) blas64.Triangular {
	t := blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: a.rank() - k, Stride: max(1, a.p)}
	if t.N > 0 {
		t.Data = a.float[k*a.p+k:]
	}
	return t
}

// panelColumns is for how many columns the substitution is begun at once.
const panelColumns = 32

// express returns the combination of the taken columns that is nearest to
// column j of r. Of those that were taken before the panel of column j,
// c₁ = T₁₁⁻¹·(t₁ − T₁₂·c₂): what T₁₁⁻¹ makes of all columns of the panel is in a.begun.
func (a *solver) express(j int) []float64 {
	w, k := a.p+1, a.rank()
	if from := j - j%panelColumns; a.begun.Data == nil || from != a.begunFrom {
		n := min(panelColumns, a.p-from)
		a.begun = blas64.General{Rows: k, Cols: n, Stride: n, Data: make([]float64, (k+1)*n)}
		a.begunFrom = from
		for i := range k {
			for l := range n {
				a.begun.Data[i*n+l] = a.t[i*w+from+l].Hi
			}
		}
		if k > 0 {
			blas64.Trsm(blas.Left, blas.NoTrans, 1, a.triangle(0), a.begun)
		}
	}
	x, k1 := a.begun, a.begun.Rows
	c := make([]float64, k)
	for i := k1; i < k; i++ {
		c[i] = a.t[i*w+j].Hi
	}
	blas64.Trsv(blas.NoTrans, a.triangle(k1), blas64.Vector{N: k - k1, Inc: 1, Data: c[k1:]})
	for i := range k1 {
		row := x.Data[i*x.Stride:]
		c[i] = row[j-a.begunFrom]
		for l, taken := range a.taken[k1:] {
			c[i] -= float64(c[k1+l] * row[taken-a.begunFrom])
		}
	}
	return c
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
func (a *solver) constant(j int) bool {
	for i := range min(j+1, a.rows()) {
		if a.big(i+1, j+1).Hi != 0 {
			return false
		}
	}
	return true
}
