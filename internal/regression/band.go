package regression

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"

	"mlpipeline/internal/design"
	"mlpipeline/internal/metrics"
)

// Band is what the interval about a prediction needs: a row x of the design is
// within ŷ ± t·σ̂·√(1 + h), h = ‖R⁻ᵀx‖² = 1/n + ‖T⁻ᵀ(z − z̄)‖², with the probability
// that belongs to Student's t of Dof degrees of freedom, if errors are normal,
// alike and independent.
//
// With a penalty R is the triangle of the rows and of √alpha·I below them, and
// the degrees of freedom are those of T. Hastie, R. Tibshirani, J. Friedman, "The
// Elements of Statistical Learning" (2009), section 3.4.1: approximate, since the
// penalty's bias is left out.
type Band struct {
	Sigma    float64     `range:"0,"` // σ̂ = √(RSS/Dof); 0 where there is none: the fit is exact to rounding, or Dof < 1
	Dof      float64     `range:"0,"` // n − k, k = trace of the hat matrix: n − rank without a penalty
	Rows     int64       `range:"1,"` // n
	Centre   []float64   // z̄, of all columns
	Taken    []int       // the columns of T
	T        []float64   // upper triangle by columns, k(k+1)/2 numbers
	Dropped  []int       // columns that follow from the taken ones
	Relation [][]float64 // and how, of the centred columns
	Fitted   float64     `range:"0,"` // deviation of the predictions of the training rows (ddof = 0)
}

// newBand makes the band of a solution x, with a penalty or without, of a target with
// such a mean.
func newBand(a *solver, alpha float64, x solution, mean float64) Band {
	b := Band{Rows: a.n, Taken: a.taken, Dropped: a.dropped, Relation: a.relation}
	for j := range a.p {
		b.Centre = append(b.Centre, a.f.at(0, j+1).Over(a.f.at(0, 0)).Value())
	}
	for j := range a.taken {
		b.T = append(b.T, a.t.column(0, j)...)
	}
	fitted, rss := 0.0, 0.0 // √Σ(ŷ − ȳ)² and Σ(y − ŷ)², of the rows of R
	for i, e := range a.f.residuals(x) {
		if i > 0 {
			fitted = math.Hypot(fitted, a.f.at(i, a.p+1).Minus(e).Value())
		}
		rss += float64(e.Value() * e.Value())
	}
	b.Fitted = fitted / math.Sqrt(float64(a.n))
	if b.Dof = float64(a.n) - 1 - a.trace(alpha); b.Dof < 1 {
		b.Dof = 0
		return b
	}
	const rounding = 0x1p-50 // of predictions: an interval cannot be narrower
	if sigma := math.Sqrt(rss / b.Dof); sigma > rounding*(math.Abs(mean)+b.Fitted) {
		b.Sigma = sigma
	}
	return b
}

// trace returns that of the hat matrix of the centred columns, that of A⁻¹·(A − alpha·I)
// for A = TᵀT.
func (a *solver) trace(alpha float64) float64 {
	k := a.rank()
	trace := float64(k)
	if alpha > 0 && k > 0 {
		inverse := a.triangle()
		gonum.Implementation{}.Dtrtri(blas.Upper, blas.NonUnit, k, inverse.Data, k)
		size := norm(inverse.Data)
		trace -= alpha * size * size
	}
	return max(0, trace)
}

// leverage adds ‖T⁻ᵀz‖² of rows z, given by columns, to h: forward substitution in
// all rows at once. The columns are overwritten.
func (b *Band) leverage(h []float64, cols [][]float64) {
	for j, x := range cols {
		t := b.T[j*(j+1)/2:] // column j of T, from the top to the diagonal
		z := blas64.Vector{N: len(x), Inc: 1, Data: x}
		for k, u := range cols[:j] {
			blas64.Axpy(-t[k], blas64.Vector{N: len(u), Inc: 1, Data: u}, z)
		}
		inverse := 1 / t[j]
		for i := range x {
			x[i] *= inverse
			h[i] += float64(x[i] * x[i])
		}
	}
}

// Contrast returns by how much the predictions of two rows of X differ that are d apart, in
// the units of the data, and the standard error of that, σ̂·‖T⁻ᵀz‖. Both are not finite
// where float64 cannot hold them.
func (m *Model) Contrast(d []float64) (effect, stdError float64) {
	b := &m.Band
	for j, v := range d {
		effect += float64(m.Coef[j] / m.Scale[j] * v)
	}
	var h [1]float64
	columns := make([][]float64, len(b.Taken))
	for k, j := range b.Taken {
		columns[k] = []float64{d[j] / m.Scale[j]}
	}
	b.leverage(h[:], columns)
	return effect, b.Sigma * math.Sqrt(h[0])
}

// HalfWidth returns the quantile of t by which a standard error is half the width of a 95 %
// interval, 0 where there is none.
func (b *Band) HalfWidth() float64 {
	if b.Sigma == 0 {
		return 0
	}
	return metrics.Quantile(0.975, b.Dof)
}

// Leverage writes h of the rows into dst, of length rows.N.
func (m *Model) Leverage(dst []float64, rows *design.Rows) {
	b := &m.Band
	memory := make([]float64, len(b.Taken)*TileRows)
	cols := make([][]float64, len(b.Taken))
	for from := 0; from < rows.N; from += TileRows {
		to := min(from+TileRows, rows.N)
		for k, j := range b.Taken {
			cols[k] = memory[k*TileRows : k*TileRows+to-from]
			m.centre(cols[k], j, rows.Values(cols[k], j, from, to))
		}
		h := dst[from:to]
		for i := range h {
			h[i] = 1 / float64(b.Rows)
		}
		b.leverage(h, cols)
		for i, v := range h {
			if !(v < farthest) {
				h[i] = farthest
			}
		}
	}
}

// farthest stands for a leverage that float64 cannot hold.
const farthest = 1e300

// centre writes z − z̄ of column j into dst, which may be x. A missing x is the mean.
func (m *Model) centre(dst []float64, j int, x []float64) {
	mean, unit, centre := m.Mean[j], 1/m.Scale[j], m.Band.Centre[j]
	for i, v := range x {
		d := v - mean
		if d != d {
			d = 0
		}
		dst[i] = float64(d*unit) - centre
	}
}

// Spread writes σ̂·√(1 + h) into dst.
func (m *Model) Spread(dst, leverage []float64) {
	for i, h := range leverage {
		dst[i] = m.Band.Sigma * math.Sqrt(1+h)
	}
}

// Ranged reports whether a number of column j beyond training's range is an extrapolation
// that leverage does not tell better, as of columns that depend on the time alone, and of
// one that is in the model at all.
func (m *Model) Ranged(j int) bool {
	return (j < m.SeasonFrom || j >= m.SeasonTo) && !m.isLeft(j) && m.kindOf(j) != design.Trend
}

// Doubt says in what ways row i, of leverage h, is unlike the training rows, as
// messages. low and high are the ranges of the columns in training; of those that depend on
// the time alone h knows more, and of those that are left out nothing.
func (m *Model) Doubt(rows *design.Rows, i int, h float64, low, high []float64) []string {
	var doubts []string
	for j, x := range rows.X {
		if x == nil || !m.Ranged(j) {
			continue
		}
		switch v := x[i]; {
		case v < low[j]:
			doubts = append(doubts, fmt.Sprintf("extrapolates: %s %v below %v", m.Names[j], v, low[j]))
		case v > high[j]:
			doubts = append(doubts, fmt.Sprintf("extrapolates: %s %v above %v", m.Names[j], v, high[j]))
		case v != v:
			doubts = append(doubts, fmt.Sprintf("%s is missing, its mean is taken", m.Names[j]))
		}
	}
	for k := range rows.Codes {
		if doubt := rows.Codes[k].Doubt(i); doubt != "" {
			doubts = append(doubts, doubt+", the average category is taken")
		}
	}
	for k, j := range m.Band.Dropped {
		if m.breaks(rows, i, j, m.Band.Relation[k]) {
			doubts = append(doubts, "unlike training, not "+m.relation(j, m.Band.Taken, m.Band.Relation[k]))
		}
	}
	const most = 3 // times the average leverage
	if k := float64(m.Band.Rows) - m.Band.Dof; m.Band.Sigma > 0 && h > most*k/float64(m.Band.Rows) {
		doubts = append(doubts, fmt.Sprintf("far from the training rows: leverage %.2g", h))
	}
	return doubts
}

// breaks reports whether row i does not obey the relation that drops column j.
func (m *Model) breaks(rows *design.Rows, i, j int, relation []float64) bool {
	const tolerance = 1e-6 // of the terms, in standard deviations
	var z [1]float64
	m.centre(z[:], j, rows.Values(z[:], j, i, i+1))
	off, size := z[0], math.Abs(z[0])+1
	for k, c := range relation {
		m.centre(z[:], m.Band.Taken[k], rows.Values(z[:], m.Band.Taken[k], i, i+1))
		off -= float64(c * z[0])
		size += math.Abs(c * z[0])
	}
	return len(relation) > 0 && math.Abs(off) > tolerance*size
}

// ErrorScale returns what errors of this model are measured by.
func (m *Model) ErrorScale() *metrics.Scale {
	return metrics.NewScale(m.Band.Sigma, m.Band.Dof, m.TrainMean, m.Band.Fitted)
}
