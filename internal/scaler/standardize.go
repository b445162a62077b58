package scaler

import (
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// Standardize writes the rows [1 | Z | y − mean of y] of a block into dst, n×(p + 2) by rows:
// z = (x − mean)/scale. A missing x becomes 0, the mean, and so does every x of a constant
// column. A level that is not known is missing.
func (s *Scaler) Standardize(dst []float64, rows *design.Rows) {
	standardize(s, dst, rows, 1, func(dst []float64, stride int, x []float64, mean, scale float64) {
		k := 0
		for _, v := range x {
			z := (v - mean) / scale
			if z != z {
				z = 0
			}
			dst[k] = z
			k += stride
		}
	})
}

// StandardizePrecise is Standardize in double-double arithmetic.
func (s *Scaler) StandardizePrecise(dst []moments.Sum, rows *design.Rows) {
	standardize(s, dst, rows, moments.Float(1), func(dst []moments.Sum, stride int, x []float64, mean, scale float64) {
		for i, v := range x {
			z := moments.Sum{}
			if v == v {
				z = moments.Float(v).Minus(moments.Float(mean)).Over(moments.Float(scale))
			}
			dst[i*stride] = z
		}
	})
}

// standardize is both, by the formula for a column that is not constant.
func standardize[T any](s *Scaler, rows []T, r *design.Rows, one T,
	formula func(dst []T, stride int, x []float64, mean, scale float64)) {
	if r.N == 0 {
		return
	}
	column := func(j int, dst []T, stride int, x []float64) {
		switch {
		case s.Mean[j] != s.Mean[j]: // derived: a model standardises it
			formula(dst, stride, x, 0, 1)
			return
		case !s.Constant(j):
			formula(dst, stride, x, s.Mean[j], s.Scale[j])
			return
		}
		var zero T
		for i := range x {
			dst[i*stride] = zero
		}
	}
	w := len(r.X) + 2
	for i := range r.N {
		rows[i*w] = one
	}
	formula(rows[w-1:], w, r.Y, s.TargetMean, 1)
	for j, x := range r.X {
		if x != nil {
			column(j, rows[1+j:], w, x)
		}
	}
	binary := []float64{0, 1}
	for k := range r.Codes {
		c := &r.Codes[k]
		width := c.To - c.From
		z := make([]T, 2*width) // of 0 in all the category's columns, then of 1
		for j := range width {
			column(c.From+j, z[j:], width, binary)
		}
		for i, code := range c.Codes[:r.N] {
			row := rows[i*w+1+c.From:][:width]
			j := c.Column[code] - c.From
			if j < 0 { // missing or not known
				clear(row)
				continue
			}
			copy(row, z)
			row[j] = z[width+j]
		}
	}
}
