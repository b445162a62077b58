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

// precise returns the rows of R in full, w numbers each.
func (f *Factor) precise() []moments.Sum {
	w, k := f.Width, 0
	full := make([]moments.Sum, f.rows()*w)
	for i := range f.rows() {
		for j := i; j < w; j++ {
			full[i*w+j] = f.at(k)
			k++
		}
	}
	return full
}

// stackPrecise replaces the triangle by that of itself over more rows.
func (f *Factor) stackPrecise(rows []moments.Sum) {
	w := f.Width
	a := append(f.precise(), rows...)
	n := min(len(a)/w, w)
	for k := range n {
		eliminatePrecise(a, w, k, k, len(a)/w)
	}
	f.R, f.Lo = make([]float64, 0, trapezoid(n, w)), make([]float64, 0, trapezoid(n, w))
	for i := range n {
		sign := math.Copysign(1, a[i*w+i].Hi)
		for j := i; j < w; j++ {
			f.R, f.Lo = append(f.R, sign*a[i*w+j].Hi), append(f.Lo, sign*a[i*w+j].Lo)
		}
	}
}

// eliminatePrecise makes rows from+1 to to−1 of one column of a matrix of width w zero,
// by a Householder reflection H = I − 2vvᵀ/vᵀv of rows from to to−1 of it and of
// the columns behind it (Golub and Van Loan, Matrix Computations, algorithm
// 5.2.1). The zeros are not written.
func eliminatePrecise(a []moments.Sum, w, column, from, to int) {
	v := make([]moments.Sum, to-from)
	largest := 0.0
	for i := range v {
		v[i] = a[(from+i)*w+column]
		largest = max(largest, math.Abs(v[i].Hi))
	}
	if largest == 0 {
		return
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
	a[from*w+column] = scaled(norm, unit)
	half := norm2.Minus(norm.Times(v[0])) // vᵀv/2
	v[0] = v[0].Minus(norm)
	for j := column + 1; j < w; j++ {
		var dot moments.Sum
		for i := range v {
			dot.Merge(v[i].Times(a[(from+i)*w+j]))
		}
		dot = dot.Over(half)
		for i := range v {
			at := (from+i)*w + j
			a[at] = a[at].Minus(dot.Times(v[i]))
		}
	}
}

// scaled returns x·2ᵉ.
func scaled(x moments.Sum, e int) moments.Sum {
	return moments.Sum{Hi: math.Ldexp(x.Hi, e), Lo: math.Ldexp(x.Lo, e)}
}
