package regression

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/moments"
)

// ridge solves min ‖r·b − q‖² + alpha·‖b‖² for any alpha > 0, after one
// reduction r = Q·B·Pᵀ to an upper bidiagonal B with diagonal d and e above it,
// in 4 operations or so per column (L. Eldén, "Algorithms for the regularization
// of ill-conditioned least squares problems", BIT 17, 1977).
//
// If the rank p of r is less than its columns, r = (L 0)·Qᵀ first, and L is p×p.
type ridge struct {
	p          int
	a          []float64 // Q and P, as Dgebrd leaves them
	d, e       []float64
	tauQ, tauP []float64

	columns int
	lq      []float64 // as Dgelqf leaves it, p×columns; nil if there are no more columns than p
	tauLQ   []float64
}

// reduce returns the reduction, made once.
func (a *solver) reduce() *ridge {
	if a.bidiagonal != nil {
		return a.bidiagonal
	}
	p, n := a.rank(), a.p
	s := &ridge{p: p, columns: n, a: make([]float64, p*n), d: make([]float64, p), e: make([]float64, max(0, p-1)),
		tauQ: make([]float64, p), tauP: make([]float64, p)}
	a.bidiagonal = s
	if p == 0 {
		return s
	}
	// Columns that follow from others do so exactly, without what rounding has
	// left of them, and so does what a category leaves out: rank rows, and no more.
	for i := range p {
		row := a.t[i*(n+1) : (i+1)*(n+1)]
		for _, j := range a.taken[i:] {
			s.a[i*n+j] = row[j].Value()
		}
		for k, j := range a.dropped {
			if a.relation[k] == nil {
				s.a[i*n+j] = row[j].Value()
			}
			for l, c := range a.relation[k] {
				if l >= i {
					s.a[i*n+j] += float64(c * row[a.taken[l]].Value())
				}
			}
		}
		for _, c := range a.categories {
			sum := 0.0 // Σ scale·z of the other levels
			for l, scale := range c.scale {
				sum += float64(scale * s.a[i*n+c.from+l])
			}
			s.a[i*n+c.out] = -sum / c.scale[c.out-c.from]
		}
	}
	var impl gonum.Implementation
	work := make([]float64, (p+n)*32)
	if p < n {
		s.lq, s.tauLQ, s.a = s.a, make([]float64, p), make([]float64, p*p)
		impl.Dgelqf(p, n, s.lq, n, s.tauLQ, work, len(work))
		for i := range p {
			copy(s.a[i*p:i*p+i+1], s.lq[i*n:])
		}
	}
	impl.Dgebrd(p, p, s.a, p, s.d, s.e, s.tauQ, s.tauP, work, len(work))
	return s
}

// apply multiplies a matrix of so many columns by Q or P or their transposes.
func (s *ridge) apply(which lapack.ApplyOrtho, trans blas.Transpose, tau, v []float64, columns int) {
	var impl gonum.Implementation
	work := make([]float64, 1)
	impl.Dormbr(which, blas.Left, trans, s.p, columns, s.p, s.a, s.p, tau, v, columns, work, -1)
	work = make([]float64, int(work[0]))
	impl.Dormbr(which, blas.Left, trans, s.p, columns, s.p, s.a, s.p, tau, v, columns, work, len(work))
}

// expand returns Q·(P·v; 0), a row for every column of r.
func (s *ridge) expand(v []float64, columns int) []float64 {
	if s.p == 0 {
		return make([]float64, s.columns*columns)
	}
	s.apply(lapack.ApplyP, blas.NoTrans, s.tauP, v, columns)
	if s.lq == nil {
		return v
	}
	v = append(v, make([]float64, (s.columns-s.p)*columns)...)
	var impl gonum.Implementation
	work := make([]float64, 1)
	impl.Dormlq(blas.Left, blas.Trans, s.columns, columns, s.p, s.lq, s.columns, s.tauLQ, v, columns, work, -1)
	work = make([]float64, int(work[0]))
	impl.Dormlq(blas.Left, blas.Trans, s.columns, columns, s.p, s.lq, s.columns, s.tauLQ, v, columns, work, len(work))
	return v
}

// at returns b for a right-hand side q, or the beginning of one.
func (s *ridge) at(alpha float64, q []moments.Sum) []moments.Sum {
	c := make([]float64, s.p)
	for i := range q {
		c[i] = q[i].Value()
	}
	if s.p > 0 {
		s.apply(lapack.ApplyQ, blas.Trans, s.tauQ, c, 1)
	}
	x := s.expand(s.solve(alpha, c), 1)
	b := make([]moments.Sum, len(x))
	for j, v := range x {
		b[j] = moments.Float(v)
	}
	return b
}

// errorMatrix returns what at makes of the columns of the identity.
func (s *ridge) errorMatrix(alpha float64) blas64.General {
	p := s.p
	m, unit := make([]float64, p*p, max(1, s.columns*p)), make([]float64, p)
	for k := range p {
		unit[k] = 1
		for i, v := range s.solve(alpha, unit) {
			m[i*p+k] = v
		}
		unit[k] = 0
	}
	return blas64.General{Rows: s.columns, Cols: p, Stride: max(1, p), Data: s.expand(m, p)}
}

// solve returns Pᵀ·b for the right-hand side Q·c.
func (s *ridge) solve(alpha float64, c []float64) []float64 {
	root := math.Sqrt(alpha)
	d, e, x := slices.Clone(s.d), slices.Clone(s.e), slices.Clone(c)
	below, t := root, 0.0 // the row of √alpha·I in column i, and its right-hand side
	for i := range d {
		// Rotate below into d[i]; e[i] leaves something in the next column.
		h := math.Hypot(d[i], below)
		cos, sin := d[i]/h, below/h
		d[i] = h
		x[i], t = float64(cos*x[i])+float64(sin*t), float64(cos*t)-float64(sin*x[i])
		if i == len(e) {
			break
		}
		fill := -sin * e[i]
		e[i] *= cos
		// Rotate what it left into √alpha of that column.
		below = math.Hypot(root, fill)
		t *= fill / below
	}
	for i := len(x) - 1; i >= 0; i-- {
		if i < len(e) {
			x[i] -= float64(e[i] * x[i+1])
		}
		x[i] /= d[i]
	}
	return x
}
