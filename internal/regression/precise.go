package regression

import (
	"math"

	"mlpipeline/internal/moments"
)

// Precise reports whether a problem of n rows and w columns is so small that
// working on it in double-double arithmetic takes no time worth mentioning (some
// milliseconds). With few rows a certified result has more digits than
// Householder reflections in float64 leave; with many, the standard errors
// exceed all rounding.
func Precise(n int64, w int) bool { return n <= 1<<19/int64(w*w) }

// AddPrecise includes rows like Add, in double-double arithmetic. A factor is
// precise in all its rows or in none: merged with one that is not, it loses what
// float64 does not hold.
func (f *Factor) AddPrecise(rows []moments.Sum, width int) {
	f.Width = width
	f.stackPrecise(rows)
	f.N += int64(len(rows) / width)
}

// precise returns a choice of columns of R in full, by rows.
func (f *Factor) precise(columns []int) (rows []moments.Sum) {
	for i := range f.rows() {
		for _, j := range columns {
			v := moments.Sum{}
			if j >= i {
				v = f.at(i, j)
			}
			rows = append(rows, v)
		}
	}
	return rows
}

// stackPrecise replaces the triangle by that of itself over more rows.
func (f *Factor) stackPrecise(rows []moments.Sum) {
	w := f.Width
	a := append(f.precise(indices(0, w)), rows...)
	n := min(len(a)/w, w)
	for k := range n {
		eliminatePrecise(a, w, k)
	}
	f.R, f.Lo = make([]float64, 0, trapezoid(n, w)), make([]float64, 0, trapezoid(n, w))
	for i := range n {
		sign := math.Copysign(1, a[i*w+i].Hi)
		for j := i; j < w; j++ {
			f.R, f.Lo = append(f.R, sign*a[i*w+j].Hi), append(f.Lo, sign*a[i*w+j].Lo)
		}
	}
}

// eliminatePrecise makes all below the diagonal of column k of a matrix of width w zero,
// by a Householder reflection H = I − 2vvᵀ/vᵀv of the rows from k on, of the columns after
// it (Golub and Van Loan, Matrix Computations, algorithm 5.2.1). The zeros are not written.
func eliminatePrecise(a []moments.Sum, w, k int) {
	a = a[k*w:]
	v := make([]moments.Sum, len(a)/w)
	largest := 0.0
	for i := range v {
		v[i] = a[i*w+k]
		largest = max(largest, math.Abs(v[i].Hi))
	}
	if largest == 0 {
		return
	}
	for v[len(v)-1].Hi == 0 { // as below a triangle
		v = v[:len(v)-1]
	}
	// v counts in units of a power of two, so that squares of what rounding has left of
	// a column do not vanish, nor lose digits on their way there.
	unit := math.Ilogb(largest)
	var norm2 moments.Sum
	for i := range v {
		v[i] = scaled(v[i], -unit)
		norm2.Merge(v[i].Times(v[i]))
	}
	norm := norm2.Sqrt()
	if v[0].Hi > 0 {
		norm = moments.Sum{}.Minus(norm)
	}
	a[k] = scaled(norm, unit)
	half := norm2.Minus(norm.Times(v[0])) // vᵀv/2
	v[0] = v[0].Minus(norm)
	for j := k + 1; j < w; j++ {
		var dot moments.Sum
		for i := range v {
			dot.Merge(v[i].Times(a[i*w+j]))
		}
		dot = dot.Over(half)
		for i := range v {
			a[i*w+j] = a[i*w+j].Minus(dot.Times(v[i]))
		}
	}
}

// scaled returns x·2ᵉ.
func scaled(x moments.Sum, e int) moments.Sum {
	return moments.Sum{Hi: math.Ldexp(x.Hi, e), Lo: math.Ldexp(x.Lo, e)}
}
