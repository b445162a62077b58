package regression

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/moments"
)

// ridge solves min ‖r·b − q‖² + alpha·‖b‖² for any alpha > 0, after one
// reduction r = Q·B·Pᵀ to an upper bidiagonal B with diagonal d and e above it,
// in 4 operations or so per column (L. Eldén, "Algorithms for the regularization
// of ill-conditioned least squares problems", BIT 17, 1977).
type ridge struct {
	p          int
	a          []float64 // Q and P, as Dgebrd leaves them
	d, e       []float64
	tauQ, tauP []float64
}

// reduce returns the reduction, made once.
func (a *solver) reduce() *ridge {
	if a.bidiagonal != nil {
		return a.bidiagonal
	}
	p := a.p
	s := &ridge{p: p, a: make([]float64, p*p), d: make([]float64, p), e: make([]float64, p-1), tauQ: make([]float64, p),
		tauP: make([]float64, p)}
	// Columns that follow from others do so exactly, without what rounding has
	// left of them: rank rows, and zeros below.
	for i := range a.rank() {
		row := a.t[i*(p+1) : (i+1)*(p+1)]
		for _, j := range a.taken[i:] {
			s.a[i*p+j] = row[j].Value()
		}
		for k, j := range a.dropped {
			for l, c := range a.relation[k] {
				if l >= i {
					s.a[i*p+j] += float64(c * row[a.taken[l]].Value())
				}
			}
		}
	}
	var impl gonum.Implementation
	work := make([]float64, 1)
	impl.Dgebrd(p, p, s.a, p, s.d, s.e, s.tauQ, s.tauP, work, -1)
	work = make([]float64, int(work[0]))
	impl.Dgebrd(p, p, s.a, p, s.d, s.e, s.tauQ, s.tauP, work, len(work))
	a.bidiagonal = s
	return s
}

// apply multiplies a vector by Q or P or their transposes.
func (s *ridge) apply(which lapack.ApplyOrtho, trans blas.Transpose, tau, v []float64) {
	var impl gonum.Implementation
	work := make([]float64, 1)
	impl.Dormbr(which, blas.Left, trans, s.p, 1, s.p, s.a, s.p, tau, v, 1, work, -1)
	work = make([]float64, int(work[0]))
	impl.Dormbr(which, blas.Left, trans, s.p, 1, s.p, s.a, s.p, tau, v, 1, work, len(work))
}

// at returns b for a right-hand side q, or the beginning of one.
func (s *ridge) at(alpha float64, q []moments.Sum) []moments.Sum {
	root := math.Sqrt(alpha)
	d, e, x := slices.Clone(s.d), slices.Clone(s.e), make([]float64, s.p)
	for i := range q {
		x[i] = q[i].Value()
	}
	s.apply(lapack.ApplyQ, blas.Trans, s.tauQ, x)
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
	s.apply(lapack.ApplyP, blas.NoTrans, s.tauP, x)
	b := make([]moments.Sum, len(x))
	for j, v := range x {
		b[j] = moments.Float(v)
	}
	return b
}
