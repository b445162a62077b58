package metrics

import (
	"fmt"
	"math"

	"mlpipeline/internal/moments"
)

// Levels are the probabilities at which intervals are measured, ascending.
var Levels = [...]float64{0.5, 0.8, 0.9, 0.95, 0.99}

// gateLevel is the index of the level that people ask for.
const gateLevel = 3

// Scale is what errors are measured by: figures of the model alone.
type Scale struct {
	sigma  float64              // residual standard deviation in training; 0 for none
	half   [len(Levels)]float64 // quantiles of t: half the width of an interval, in spreads
	pit    borders              // quantiles of t between the bins
	tenths borders              // predictions between the bins
	from   float64              // where the cells of Density begin
	width  float64              // and their size
}

// borders are ascending numbers between bins.
type borders struct {
	at    []float64
	cells float64              // per unit, of a grid from the first to the last border
	below [gridCells + 1]uint8 // how many borders are in the cells before each
}

// gridCells are so many that few of them have a border in them, which takes a
// comparison whose result nobody foresees.
const gridCells = 1024

func newBorders(at []float64) (b borders) {
	b.at = at
	if width := at[len(at)-1] - at[0]; width > 0 {
		b.cells = gridCells / width
	}
	for _, border := range at {
		for c := b.cell(border) + 1; c < len(b.below); c++ {
			b.below[c]++
		}
	}
	return b
}

// cell returns the cell of the grid that a number is in; it never falls.
func (b *borders) cell(v float64) int {
	c := (v - b.at[0]) * b.cells
	switch {
	case c >= gridCells:
		return gridCells
	case c > 0:
		return int(c)
	}
	return 0
}

// find returns the bin of a number: how many borders are below it.
func (b *borders) find(v float64) int {
	bin := int(b.below[b.cell(v)])
	for bin < len(b.at) && b.at[bin] < v {
		bin++
	}
	return bin
}

// NewScale makes the scale of a model of residual deviation sigma, with so many
// degrees of freedom, whose predictions of the training rows have a mean and a
// standard deviation.
func NewScale(sigma, dof, mean, deviation float64) *Scale {
	s := &Scale{sigma: sigma}
	var at []float64
	for _, quantile := range normalTenths {
		at = append(at, mean+float64(quantile*deviation))
	}
	s.tenths = newBorders(at)
	target := math.Sqrt(float64(deviation*deviation) + float64(sigma*sigma)) // its deviation
	if s.width = 6 * target / grid; s.width == 0 {
		s.width = 1
	}
	s.from = mean - float64(s.width*grid/2)
	if sigma == 0 {
		return s
	}
	for l, level := range Levels {
		s.half[l] = Quantile((1+level)/2, dof)
	}
	at = nil
	for i := 1; i < pitBins; i++ {
		at = append(at, Quantile(float64(i)/pitBins, dof))
	}
	s.pit = newBorders(at)
	return s
}

// unit returns what residuals are multiplied with to be in units of the training's.
func (s *Scale) unit() float64 {
	if s.sigma > 0 {
		return 1 / s.sigma
	}
	return 1
}

// Held are sums over rows that have an interval, at each of the Levels.
type Held struct {
	Inside [len(Levels)]int64       `json:"inside"` // rows that are within their interval
	Width  [len(Levels)]moments.Sum `json:"width"`  // Σ of the widths
	Beyond [len(Levels)]moments.Sum `json:"beyond"` // Σ of the other rows' distances from their intervals
}

// hold includes rows in the sums. An interval is ±t·spread.
func (e *Errors) hold(residual, spread []float64, s *Scale) {
	var outside [len(Levels)]int64
	var beyond [len(Levels)]float64
	sum := 0.0
	for i, r := range residual {
		size := math.Abs(r)
		sum += spread[i]
		for l, t := range s.half {
			over := size - float64(t*spread[i])
			if over <= 0 {
				break // and inside those that are wider
			}
			outside[l]++
			beyond[l] += over
		}
	}
	var held Held
	for l, t := range s.half {
		held.Inside[l] = int64(len(residual)) - outside[l]
		held.Width[l] = moments.Float(2 * t).Times(moments.Float(sum))
		held.Beyond[l] = moments.Float(beyond[l])
	}
	e.mergeHeld(&held)
}

func (e *Errors) mergeHeld(o *Held) {
	if e.Intervals == nil {
		e.Intervals = new(Held)
	}
	for l := range Levels {
		e.Intervals.Inside[l] += o.Inside[l]
		e.Intervals.Width[l].Merge(o.Width[l])
		e.Intervals.Beyond[l].Merge(o.Beyond[l])
	}
}

// Interval is how prediction intervals of one level have held. The score is the
// mean of width + 2/(1 − level)·distance of a row that is outside: the smaller, the
// better (T. Gneiting, A. E. Raftery, "Strictly proper scoring rules, prediction,
// and estimation", J. American Statistical Association 102, 2007, eq. 43).
type Interval struct {
	Level     float64  `json:"level"`
	Coverage  *float64 `json:"coverage"` // share of the rows that are inside
	MeanWidth *float64 `json:"mean_width"`
	Score     *float64 `json:"interval_score"`
}

// intervals finishes the sums; there is none where no row has an interval.
func (e *Errors) intervals() []Interval {
	intervals := []Interval{}
	if e.Intervals == nil || e.Residual.N == 0 {
		return intervals
	}
	n, h := float64(e.Residual.N), e.Intervals
	for l, level := range Levels {
		score := h.Width[l].Plus(h.Beyond[l].Times(moments.Float(2)).Over(moments.Float(1 - level)))
		intervals = append(intervals, Interval{level, ptr(float64(h.Inside[l]) / n), ptr(h.Width[l].Value() / n),
			ptr(score.Value() / n)})
	}
	return intervals
}

// Coverage returns how the 95 % intervals have held, nil where there are none.
func (f *Figures) Coverage() *float64 {
	if len(f.Intervals) == 0 {
		return nil
	}
	return f.Intervals[gateLevel].Coverage
}

// Judgement says what Misfit means, "" where it is 0.
func (f *Figures) Judgement() string {
	how, misfit := "narrow", f.Misfit()
	if misfit < 0 {
		how, misfit = "wide", -misfit
	}
	if misfit == 0 {
		return ""
	}
	return fmt.Sprintf("they are about %v %% too %s", Round(100*misfit, 1), how)
}

// Misfit returns by which part the 95 % intervals are too narrow, negative if they
// are too wide: what normal errors would need to be covered as these were. It is 0
// where two standard errors of the coverage of independent rows allow for it.
func (f *Figures) Misfit() float64 {
	coverage, n := f.Coverage(), float64(f.Rows)
	level := Levels[gateLevel]
	if coverage == nil || math.Abs(*coverage-level) <= 2*math.Sqrt(level*(1-level)/n) {
		return 0
	}
	share := (*coverage*n + 0.5) / (n + 1) // never 0 or 1
	return 1 - math.Erfinv(share)/math.Erfinv(level)
}
