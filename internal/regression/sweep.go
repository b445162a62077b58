package regression

import "slices"

// normal is the matrix AᵀA of the rows A = [1 | Z | y] of a factor, w×w by rows.
type normal struct {
	w int
	a []float64
}

func newNormal(f *Factor) normal {
	w, r := f.Width, f.R
	g := normal{w, make([]float64, w*w)}
	for i := range f.rows() {
		row := r[:w-i] // of columns i to w
		r = r[w-i:]
		for j, v := range row { // the lower triangle, which is mirrored below
			at := g.a[(i+j)*w+i:]
			for k, u := range row[:j+1] {
				at[k] += float64(u * v)
			}
		}
	}
	for i := range w {
		for j := range i {
			g.a[j*w+i] = g.a[i*w+j]
		}
	}
	return g
}

// plus returns the matrix of the rows of g and, so many times, those of o.
func (g normal) plus(o normal, times float64) normal {
	sum := normal{g.w, slices.Clone(g.a)}
	for i, v := range o.a {
		sum.a[i] += float64(times * v)
	}
	return sum
}

// of returns sign times the matrix of some columns, with y after them as it is.
func (g *normal) of(columns []int, sign float64) normal {
	n := len(columns)
	sub := normal{n + 1, make([]float64, (n+1)*(n+1))}
	for i, k := range columns {
		for j, l := range columns {
			sub.a[i*sub.w+j] = sign * g.a[k*g.w+l]
		}
		sub.a[i*sub.w+n], sub.a[n*sub.w+i] = g.a[k*g.w+g.w-1], g.a[k*g.w+g.w-1]
	}
	return sub
}

// squaredError returns ‖y − Σ b[i]·column[i]‖² over the rows.
func (g *normal) squaredError(columns []int, b []float64) float64 {
	y := g.w - 1
	sum := g.a[y*g.w+y]
	for i, column := range columns {
		row, inner := g.a[column*g.w:(column+1)*g.w], 0.0
		for k, c := range columns[:i] {
			inner += float64(b[k] * row[c])
		}
		sum += float64(b[i] * (float64(2*(inner-row[y])) + float64(b[i]*row[column])))
	}
	return max(sum, 0)
}

// sweep is a Gram matrix that has been swept by some of its columns, which answers what
// least squares of y on these, and on one group of columns more or fewer, would be (J. H.
// Goodnight, "A tutorial on the SWEEP operator", The American Statistician 33, 1979).
// With S the swept columns and C the others, it holds −A_SS⁻¹, A_SS⁻¹·A_SC and
// A_CC − A_CS·A_SS⁻¹·A_SC; in the column of y these are the coefficients b_S and what is
// left of A_Cy.
type sweep struct {
	normal
	columns []int     // that are swept, in the order in which they came
	swept   []bool    // of all columns
	least   []float64 // pivots that are not larger are rounding: the column follows from others
}

// follows is the share of a column's squares that is rounding where others leave no
// more of it.
const follows = 1e-9

// newSweep sweeps g itself.
func newSweep(g normal) *sweep {
	s := &sweep{normal: g, swept: make([]bool, g.w), least: make([]float64, g.w)}
	for j := range s.least {
		s.least[j] = follows * g.a[j*g.w+j]
	}
	return s
}

// pivot sweeps column k, or takes it back.
func (s *sweep) pivot(k int) {
	w := s.w
	pivot, row := s.a[k*w+k], make([]float64, w)
	copy(row, s.a[k*w:(k+1)*w])
	sign := 1.0
	if s.swept[k] {
		sign = -1
	}
	for i := range w {
		if i == k || row[i] == 0 {
			continue
		}
		c, at := row[i]/pivot, s.a[i*w:(i+1)*w]
		for j, v := range row {
			at[j] -= float64(c * v)
		}
	}
	for i, v := range row {
		s.a[i*w+k], s.a[k*w+i] = sign*v/pivot, sign*v/pivot
	}
	s.a[k*w+k] = -1 / pivot
	s.swept[k] = !s.swept[k]
}

// include sweeps the columns of a group, but for those that follow from others.
func (s *sweep) include(group []int) {
	for _, k := range group {
		if s.a[k*s.w+k] > s.least[k] {
			s.pivot(k)
			s.columns = append(s.columns, k)
		}
	}
}

// exclude takes the columns of a group back.
func (s *sweep) exclude(group []int) {
	s.columns = slices.DeleteFunc(slices.Clone(s.columns), func(k int) bool { return slices.Contains(group, k) })
	for _, k := range group {
		if s.swept[k] {
			s.pivot(k)
		}
	}
}

// fit returns the swept columns and their coefficients.
func (s *sweep) fit() (columns []int, b []float64) {
	for _, k := range s.columns {
		b = append(b, s.a[k*s.w+s.w-1])
	}
	return slices.Clone(s.columns), b
}

// fitOther returns the columns and coefficients of least squares with a group of columns G
// more, of sign 1: b_G of what S leaves of them, and b_S − A_SS⁻¹·A_SG·b_G. Of sign −1 they
// are fewer: with B = A_SS⁻¹, b − B_SG·B_GG⁻¹·b_G.
func (s *sweep) fitOther(group []int, sign float64) (columns []int, b []float64) {
	moved, change := s.solveGroup(group, sign)
	for _, column := range s.columns {
		if sign < 0 && slices.Contains(group, column) {
			continue
		}
		v := s.a[column*s.w+s.w-1]
		for l, k := range moved {
			v -= float64(sign * s.a[column*s.w+k] * change[l])
		}
		columns, b = append(columns, column), append(b, v)
	}
	if sign > 0 {
		columns, b = append(columns, moved...), append(b, change...)
	}
	return columns, b
}

// solveGroup solves sign·a_GG·x = a_Gy for those columns of a group that are not swept yet, or
// with the sign −1 for those that are, and returns them and x.
func (s *sweep) solveGroup(group []int, sign float64) (columns []int, x []float64) {
	for _, k := range group {
		if s.swept[k] == (sign < 0) {
			columns = append(columns, k)
		}
	}
	sub := newSweep(s.of(columns, sign))
	for i, k := range columns {
		if sub.least[i] = 0; sign > 0 {
			sub.least[i] = s.least[k]
		}
	}
	sub.include(indices(0, len(columns)))
	found, x := sub.fit()
	for i := range found {
		found[i] = columns[found[i]]
	}
	return found, x
}
