package regression

import (
	"math"

	"mlpipeline/internal/moments"
)

// Precise reports whether a problem of n rows and w columns is so small that
// reducing it in double-double arithmetic takes no time worth mentioning (some
// milliseconds). With few rows a certified result has more digits than
// Householder reflections in float64 leave; with many, the standard errors
// exceed all rounding.
func Precise(n int64, w int) bool { return n <= 1<<19/int64(w*w) }

// AddPrecise includes rows like Add, in double-double arithmetic. A factor is
// either precise in all its rows, or what is merged into it loses what
// float64 does not hold.
func (f *Factor) AddPrecise(rows []moments.Sum, width int) {
	if f.R == nil {
		f.Width, f.R = width, make([]float64, width*(width+1)/2)
		f.Lo = make([]float64, len(f.R))
	}
	f.reducePrecise(rows)
	f.N += int64(len(rows) / width)
}

// precise returns the triangle in full, w×w by rows.
func (f *Factor) precise() []moments.Sum {
	w, k := f.Width, 0
	full := make([]moments.Sum, w*w)
	for i := range w {
		for j := i; j < w; j++ {
			full[i*w+j].Hi = f.R[k]
			if f.Lo != nil {
				full[i*w+j].Lo = f.Lo[k]
			}
			k++
		}
	}
	return full
}

// reducePrecise replaces the triangle by that of itself over more rows, by
// Householder reflections H = I − 2vvᵀ/vᵀv (Golub and Van Loan, Matrix
// Computations, algorithm 5.2.1).
func (f *Factor) reducePrecise(rows []moments.Sum) {
	w := f.Width
	a := append(f.precise(), rows...)
	m := len(a) / w
	v := make([]moments.Sum, m)
	for k := range w {
		var norm2 moments.Sum
		for i := k; i < m; i++ {
			v[i] = a[i*w+k]
			norm2.Merge(v[i].Times(v[i]))
		}
		norm := sqrt(norm2)
		if norm.Hi == 0 {
			continue
		}
		if v[k].Hi > 0 {
			norm = moments.Sum{}.Minus(norm)
		}
		a[k*w+k] = norm
		half := norm2.Minus(norm.Times(v[k])) // vᵀv/2
		v[k] = v[k].Minus(norm)
		for j := k + 1; j < w; j++ {
			var dot moments.Sum
			for i := k; i < m; i++ {
				dot.Merge(v[i].Times(a[i*w+j]))
			}
			dot = dot.Over(half)
			for i := k; i < m; i++ {
				a[i*w+j] = a[i*w+j].Minus(dot.Times(v[i]))
			}
		}
	}
	k := 0
	for i := range w {
		sign := math.Copysign(1, a[i*w+i].Hi)
		for j := i; j < w; j++ {
			f.R[k], f.Lo[k] = sign*a[i*w+j].Hi, sign*a[i*w+j].Lo
			k++
		}
	}
}

// sqrt returns √s by one Newton step (Karp and Markstein, 1997).
func sqrt(s moments.Sum) moments.Sum {
	if s.Hi <= 0 {
		return moments.Sum{}
	}
	x := moments.Float(math.Sqrt(s.Hi))
	return x.Plus(s.Minus(x.Times(x)).Over(moments.Float(2 * x.Hi)))
}
