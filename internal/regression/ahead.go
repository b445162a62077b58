package regression

import (
	"math"
	"slices"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

// Past is how a dataset ends, for one that goes on there.
type Past struct {
	Targets []float64    // the last ones, oldest first
	Last    dataset.Time // when it ends
	Step    dataset.Time // from row to row; 0 where there is none
}

// Pasts returns, by name, how datasets end, each with as many targets as a longest lag needs. Those of
// one name that go on one step behind another are one series; the last of them is what ends.
func (m *Model) Pasts(longest int) map[string]Past {
	pasts := map[string]Past{}
	for _, d := range m.Datasets { // of one name in the order of time
		p := pasts[d.Name]
		p.Step = max(p.Step, d.Step)
		if !design.OneStep(d.First-p.Last, p.Step) {
			p.Targets = nil
		}
		p.Targets = slices.Concat(p.Targets, d.Tail)
		p.Targets, p.Last = p.Targets[max(0, len(p.Targets)-longest):], d.Last
		pasts[d.Name] = p
	}
	return pasts
}

// Ahead predicts rows of one file, in order, of which earlier targets, their lags, are not known
// but predicted themselves.
//
// A row h steps on has ŷ_h = x_h·β, where x_h holds predicted lags. To first order in the errors of β,
// and exactly in those of the rows, its error is
//
//	e_h = ε_h + Σ φ_l·e_{h−l} + g_h·(β − β̂),    g_h = x_h + Σ φ_l·g_{h−l},
//
// φ_l the coefficient of lag l in data units, the sums over lags that are predicted. So its variance
// is σ²·(v + ‖R⁻ᵀg_h‖²), v = 1 + φᵀPφ, with P the covariances of the ε-parts of e/σ of the rows before,
// and Pφ those with its own. Errors ε are taken for independent.
type Ahead struct {
	model    *Model
	longest  int64
	phi      map[int]float64 // by lag
	straight bool            // ŷ is linear in the lags
	guesses  []guess         // of the rows without a target, within the longest lag
}

// guess is what is known of a predicted target.
type guess struct {
	row        int64
	value      float64
	variance   float64   // v
	covariance []float64 // with the guesses before it
	direction
}

// direction is R⁻ᵀg: of the part of the intercept, and of the columns.
type direction struct {
	intercept float64
	columns   []float64
}

// Forecast is the prediction of a row.
type Forecast struct {
	Value    float64
	Spread   float64      // what t multiplies in its interval; NaN where there is none
	Leverage float64      // of the row, as if its lags were known
	Row      *design.Rows // itself, until the next
	Guessed  []int        // its lags that are predicted
}

// NewAhead begins a file of the design that the model was fitted with.
func NewAhead(m *Model, d *design.Design) *Ahead {
	a := &Ahead{model: m, phi: map[int]float64{}, straight: true}
	lagged := make([]bool, len(m.Names)) // the columns that are made of lags
	for _, t := range d.Terms() {
		if t.Kind == design.Lags {
			for k, lag := range d.Lags {
				j := t.From + k
				a.phi[lag], lagged[j] = m.Coef[j]/m.Scale[j], true
				a.longest = int64(lag)
			}
		}
		if slices.ContainsFunc(slices.Concat(t.Sides...), func(j int) bool { return lagged[j] }) {
			for j := t.From; j < t.To(); j++ {
				lagged[j] = true
				a.straight = a.straight && m.Coef[j] == 0
			}
		}
	}
	return a
}

// Predict predicts row i of a block, which Rows.Ahead makes of it; ok is false where a lag is neither known
// nor predicted. A row without a target is remembered for those behind it.
func (a *Ahead) Predict(block *design.Rows, i int) (f Forecast, ok bool) {
	row := block.Begins() + int64(i)
	a.forget(row - a.longest)
	one, guessed := block.Ahead(i, a.value)
	if one == nil {
		return f, false
	}
	m := a.model
	var value [1]float64
	m.Predict(value[:], one)
	if !(math.Abs(value[0]) < largest) {
		return f, false // it explodes
	}
	f = Forecast{Value: value[0], Row: one, Guessed: guessed, Spread: math.NaN()}
	g := guess{row: row, value: f.Value, variance: 1, direction: m.direct(one)}
	f.Leverage = g.leverage(m.Band.Rows)
	a.propagate(&g, guessed)
	if m.Band.Sigma > 0 && (a.straight || len(guessed) == 0) {
		f.Spread = m.Band.Sigma * math.Sqrt(g.variance+g.leverage(m.Band.Rows))
	}
	if one.Y[0] != one.Y[0] {
		a.guesses = append(a.guesses, g)
	}
	return f, true
}

// propagate adds to a guess what those of its lags bring.
func (a *Ahead) propagate(g *guess, lags []int) {
	g.covariance = make([]float64, len(a.guesses))
	own := g.variance
	for _, lag := range lags {
		at, phi := a.find(g.row-int64(lag)), a.phi[lag]
		for q := range a.guesses {
			g.covariance[q] += float64(phi * a.between(at, q))
		}
		of := &a.guesses[at].direction
		g.intercept += float64(phi * of.intercept)
		for j, v := range of.columns {
			g.columns[j] += float64(phi * v)
		}
	}
	for _, lag := range lags {
		own += float64(a.phi[lag] * g.covariance[a.find(g.row-int64(lag))])
	}
	g.variance = own
}

// between returns an element of P.
func (a *Ahead) between(p, q int) float64 {
	if p == q {
		return a.guesses[p].variance
	}
	return a.guesses[max(p, q)].covariance[min(p, q)]
}

// forget drops the guesses of rows before one.
func (a *Ahead) forget(before int64) {
	n := 0
	for n < len(a.guesses) && a.guesses[n].row < before {
		n++
	}
	if n == 0 {
		return
	}
	a.guesses = slices.Delete(a.guesses, 0, n)
	for q := range a.guesses {
		a.guesses[q].covariance = a.guesses[q].covariance[n:]
	}
}

// find returns which guess is that of a row, −1 if none is.
func (a *Ahead) find(row int64) int {
	return slices.IndexFunc(a.guesses, func(g guess) bool { return g.row == row })
}

// value is what is guessed of a row's target, NaN where nothing is.
func (a *Ahead) value(row int64) float64 {
	if at := a.find(row); at >= 0 {
		return a.guesses[at].value
	}
	return math.NaN()
}

// direct returns R⁻ᵀx of rows of one.
func (m *Model) direct(one *design.Rows) direction {
	b := &m.Band
	x := direction{1, make([]float64, len(b.Taken))}
	columns := make([][]float64, len(b.Taken))
	for k, j := range b.Taken {
		columns[k] = x.columns[k : k+1]
		m.centre(columns[k], j, one.Values(columns[k], j, 0, 1))
	}
	b.leverage(make([]float64, 1), columns)
	return x
}

// leverage returns ‖R⁻ᵀg‖² with a model of n rows.
func (d *direction) leverage(n int64) float64 {
	h := float64(d.intercept*d.intercept) / float64(n)
	for _, v := range d.columns {
		h += float64(v * v)
	}
	return min(h, farthest)
}
