// Package metrics measures the error of predictions, in sums that merge
// exactly. Names and conventions are scikit-learn's.
package metrics

import (
	"math"
	"slices"
	"sync"

	"mlpipeline/internal/moments"
)

// Sample is a run of rows with what was measured and what was predicted, all
// of one length; Season, Before and Spread may be empty.
type Sample struct {
	Actual, Predicted []float64
	Spread            []float64 // what t multiplies in the intervals: σ̂·√(1 + h)
	Scale             *Scale    // needed with Spread
	TrainMean         float64   // the baseline that knows the training mean alone
	Season            []float64 // the baseline that knows the season alone
	Before            []float64 // the target one row earlier, NaN where unknown
}

// pick sets s to some of the rows of another sample, in memory of its own.
func (s *Sample) pick(o *Sample, rows []int) {
	s.Scale, s.TrainMean = o.Scale, o.TrainMean
	from := o.columns()
	for c, column := range s.columns() {
		*column = (*column)[:0]
		if len(*from[c]) == 0 {
			continue
		}
		for _, i := range rows {
			*column = append(*column, (*from[c])[i])
		}
	}
}

func (s *Sample) columns() [5]*[]float64 {
	return [...]*[]float64{&s.Actual, &s.Predicted, &s.Spread, &s.Season, &s.Before}
}

// Errors are sums over rows. The zero value has seen no row.
type Errors struct {
	Residual  moments.Moments // actual − predicted
	Target    moments.Moments // actual
	Abs       moments.Sum     // Σ|residual|
	Baselines [baselines]Baseline
	Intervals Held
}

// Baselines are guesses that need no model.
const (
	trainMean = iota
	season
	rowBefore
	baselines
)

// Baseline compares the model with a guess, over the rows that have one.
type Baseline struct {
	N     int64
	Self  moments.Sum // Σ(actual − guess)²
	Model moments.Sum // Σ residual² of the same rows
}

// Add includes rows; a guess is NaN where there is none.
func (b *Baseline) Add(actual, guess, residual []float64) {
	var n int64
	var self, model float64
	for i, g := range guess {
		if g != g {
			continue
		}
		d := actual[i] - g
		n++
		self += float64(d * d)
		model += float64(residual[i] * residual[i])
	}
	b.Merge(&Baseline{n, moments.Float(self), moments.Float(model)})
}

// Merge includes the rows of o.
func (b *Baseline) Merge(o *Baseline) {
	b.N += o.N
	b.Self.Merge(o.Self)
	b.Model.Merge(o.Model)
}

// memory is for Add: the residuals, and the mean for every row.
var memory = sync.Pool{New: func() any { return new([2][]float64) }}

// Add includes the rows of a sample.
func (e *Errors) Add(s *Sample) {
	if len(s.Actual) == 0 {
		return
	}
	m := memory.Get().(*[2][]float64)
	defer memory.Put(m)
	for k := range m {
		m[k] = slices.Grow(m[k][:0], len(s.Actual))[:len(s.Actual)]
	}
	residual, mean := m[0], m[1]
	abs := 0.0
	for i, y := range s.Actual {
		r := y - s.Predicted[i]
		residual[i], mean[i] = r, s.TrainMean
		abs += math.Abs(r)
	}
	e.Residual.Add(residual)
	e.Target.Add(s.Actual)
	e.Abs.Add(abs)
	for k, guess := range [baselines][]float64{mean, s.Season, s.Before} {
		e.Baselines[k].Add(s.Actual, guess, residual)
	}
	if len(s.Spread) > 0 {
		e.Intervals.Add(residual, s.Spread, s.Scale)
	}
}

// Merge includes the rows of o.
func (e *Errors) Merge(o *Errors) {
	e.Residual.Merge(o.Residual)
	e.Target.Merge(o.Target)
	e.Abs.Merge(o.Abs)
	for k := range o.Baselines {
		e.Baselines[k].Merge(&o.Baselines[k])
	}
	e.Intervals.Merge(&o.Intervals)
}

// squares returns Σ residual².
func (e *Errors) squares() moments.Sum {
	mean := e.Residual.Mean
	return mean.Times(mean).Times(moments.Float(float64(e.Residual.N))).Plus(e.Residual.Squares)
}

// max returns the size of the largest residual.
func (e *Errors) max() float64 { return max(e.Residual.Max, -e.Residual.Min) }

// size bounds what was measured and what was predicted.
func (e *Errors) size() float64 { return max(e.Target.Max, -e.Target.Min) + e.max() }

// finite reports whether no sum has overflowed, nor squares vanished.
func (e *Errors) finite() bool {
	s := e.squares().Value()
	for _, b := range e.Baselines {
		s += b.Self.Value()
	}
	const tiny, huge = 1e-153, 1e155 // beyond them squares lose digits
	if size := max(e.max(), e.Target.Max-e.Target.Min); size > 0 && size < tiny || e.size() > huge {
		return false
	}
	return e.Target.Finite() && !math.IsNaN(s) && !math.IsInf(s, 0)
}
