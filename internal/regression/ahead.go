package regression

import (
	"fmt"
	"math"
	"slices"
	"strings"

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
// one name that go on one step after another are one series; the last of them is what ends.
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
	model     *Model
	low, high []float64 // ranges of the columns in training
	longest   int64
	phi       map[int]float64 // by lag
	linear    bool            // whether ŷ is, in the lags
	guesses   []guess         // of the rows without a target, within the longest lag
}

// guess is what is known of a predicted target.
type guess struct {
	row   int64
	value float64
	p     []float64 // covariances with the guesses before it and, last, its variance v
	g     []float64 // R⁻ᵀg, the intercept's part first
}

// Forecast is the prediction of a row.
type Forecast struct {
	Value  float64
	Spread float64 // what t multiplies in its interval; NaN where there is none
	Lags   []int   // that are predicted
	Note   string  // says that, and what else is doubtful
}

// NewAhead begins a file of the design that the model was fitted with. low and high are the ranges of
// the columns in training.
func NewAhead(m *Model, d *design.Design, low, high []float64) *Ahead {
	a := &Ahead{model: m, low: low, high: high, phi: map[int]float64{}, linear: true}
	lagged := make([]bool, len(m.Names)) // the columns that are made of lags
	for _, t := range d.Terms() {
		made := slices.ContainsFunc(slices.Concat(t.Sides...), func(j int) bool { return lagged[j] })
		for j := t.From; j < t.To(); j++ {
			lagged[j] = made || t.Kind == design.Lags
			a.linear = a.linear && !(made && m.Coef[j] != 0)
			if t.Kind == design.Lags {
				lag := d.Lags[j-t.From]
				a.phi[lag], a.longest = m.Coef[j]/m.Scale[j], int64(lag)
			}
		}
	}
	return a
}

// Predict predicts row i of a block that has Rows.Ahead; ok is false where a lag is neither known nor
// predicted. A row without a target is remembered for those after it.
func (a *Ahead) Predict(block *design.Rows, i int) (f Forecast, ok bool) {
	g := guess{row: block.Begins() + int64(i)}
	a.forget(g.row - a.longest)
	row, lags := block.Ahead(i, a.value)
	if row == nil {
		return f, false
	}
	m := a.model
	var value [1]float64
	m.Predict(value[:], row)
	if g.value = value[0]; !(math.Abs(g.value) < largest) {
		return f, false // it explodes
	}
	g.g = m.direction(row)
	notes := m.Doubt(row, 0, squares(g.g), a.low, a.high)
	if len(lags) > 0 {
		notes = slices.Insert(notes, 0, sayLags(lags))
	}
	a.propagate(&g, lags)
	f = Forecast{Value: g.value, Spread: math.NaN(), Lags: lags, Note: strings.Join(notes, "; ")}
	if m.Band.Sigma > 0 && (a.linear || len(lags) == 0) {
		f.Spread = m.Band.Sigma * math.Sqrt(g.p[len(a.guesses)]+squares(g.g))
	}
	if y := row.Y[0]; y != y {
		a.guesses = append(a.guesses, g)
	}
	return f, true
}

func sayLags(lags []int) string {
	if len(lags) == 1 {
		return fmt.Sprintf("lag %d is predicted", lags[0])
	}
	return fmt.Sprintf("lags %s are predicted", strings.Trim(strings.ReplaceAll(fmt.Sprint(lags), " ", ", "), "[]"))
}

// propagate adds to a guess what those of its lags bring.
func (a *Ahead) propagate(g *guess, lags []int) {
	own := len(a.guesses)
	g.p = make([]float64, own+1)
	g.p[own] = 1
	for _, lag := range lags {
		at, phi := a.find(g.row-int64(lag)), a.phi[lag]
		for q := range a.guesses {
			g.p[q] += float64(phi * a.guesses[max(at, q)].p[min(at, q)])
		}
		for j, v := range a.guesses[at].g {
			g.g[j] += float64(phi * v)
		}
	}
	for _, lag := range lags {
		g.p[own] += float64(a.phi[lag] * g.p[a.find(g.row-int64(lag))])
	}
}

// forget drops the guesses of rows before one.
func (a *Ahead) forget(before int64) {
	n := 0
	for n < len(a.guesses) && a.guesses[n].row < before {
		n++
	}
	if a.guesses = a.guesses[n:]; n > 0 {
		for q := range a.guesses {
			a.guesses[q].p = a.guesses[q].p[n:]
		}
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

// direction returns R⁻ᵀx of rows of one.
func (m *Model) direction(row *design.Rows) []float64 {
	b := &m.Band
	x := make([]float64, 1+len(b.Taken))
	x[0] = 1 / math.Sqrt(float64(b.Rows))
	columns := make([][]float64, len(b.Taken))
	for k, j := range b.Taken {
		columns[k] = x[1+k : 2+k]
		m.centre(columns[k], j, row.Values(columns[k], j, 0, 1))
	}
	b.leverage(make([]float64, 1), columns)
	return x
}

func squares(x []float64) (sum float64) {
	for _, v := range x {
		sum += float64(v * v)
	}
	return min(sum, farthest)
}
