package scaler

import (
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
)

// Standardize writes rows a to b of X, standardised, into dst, row major with
// the given stride: z = (x − mean)/scale. A missing x becomes 0, the mean, and
// so does every x of a constant column. A level that is not known is missing.
func (s *Scaler) Standardize(dst []float64, stride int, rows *design.Rows, a, b int) {
	standardize(s, dst, stride, rows, a, b, func(dst []float64, stride int, x []float64, mean, scale float64) {
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
func (s *Scaler) StandardizePrecise(dst []moments.Sum, stride int, rows *design.Rows, a, b int) {
	standardize(s, dst, stride, rows, a, b, func(dst []moments.Sum, stride int, x []float64, mean, scale float64) {
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
func standardize[T any](s *Scaler, dst []T, stride int, rows *design.Rows, a, b int,
	formula func(dst []T, stride int, x []float64, mean, scale float64)) {
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
	for j, x := range rows.X {
		if x != nil && a < b {
			column(j, dst[j:], stride, x[a:b])
		}
	}
	binary := []float64{0, 1}
	for k := range rows.Codes {
		c := &rows.Codes[k]
		width := c.To - c.From
		z := make([]T, 2*width) // of 0 in all the category's columns, then of 1
		for j := range width {
			column(c.From+j, z[j:], width, binary)
		}
		for i, code := range c.Rows[a:b] {
			row := dst[i*stride+c.From:][:width]
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
