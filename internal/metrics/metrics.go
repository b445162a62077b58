// Package metrics measures the error of predictions, in sums that merge
// exactly. Names and conventions are scikit-learn's.
package metrics

import (
	"math"
	"reflect"

	"mlpipeline/internal/moments"
)

// Sample is a run of rows with what was measured and what was predicted, all
// of one length; Season, Before and Spread may be empty. It is not changed once it is added.
type Sample struct {
	Actual, Predicted []float64
	Spread            []float64 // what t multiplies in the intervals: σ̂·√(1 + h)
	Scale             *Scale    // needed with Spread
	TrainMean         float64   // the baseline that knows the training mean alone
	Season            []float64 // the baseline that knows the season alone
	Before            []float64 // the target one row earlier, NaN where unknown

	residual []float64 // once it has been asked for
}

// residuals returns actual − predicted, NaN where there is no target.
func (s *Sample) residuals() []float64 {
	if s.residual == nil {
		s.residual = make([]float64, len(s.Actual))
		for i, y := range s.Actual {
			s.residual[i] = y - s.Predicted[i]
		}
	}
	return s.residual
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
	N     int64       `range:"0,1e12"`
	Self  moments.Sum // Σ(actual − guess)²
	Model moments.Sum // Σ residual² of the same rows
}

// Add includes rows; a guess is NaN where there is none, and a row without a target is left out.
func (b *Baseline) Add(actual, guess, residual []float64) {
	var n int64
	var self, model float64
	for i, g := range guess {
		d := actual[i] - g
		if d != d {
			continue
		}
		n++
		self += float64(d * d)
		model += float64(residual[i] * residual[i])
	}
	merge(b, &Baseline{n, moments.Float(self), moments.Float(model)})
}

// Add includes the rows of a sample that have a target.
func (e *Errors) Add(s *Sample) {
	residual := s.residuals()
	var abs, self, model float64 // the two squares in the same order: equal where the model is the mean
	for i, r := range residual {
		if r == r {
			d := s.Actual[i] - s.TrainMean
			abs, self, model = abs+math.Abs(r), self+float64(d*d), model+float64(r*r)
		}
	}
	var added Errors
	added.Residual.Add(residual)
	added.Target.Add(s.Actual)
	if added.Residual.N == 0 {
		return
	}
	added.Abs.Add(abs)
	added.Baselines[trainMean] = Baseline{added.Target.N, moments.Float(self), moments.Float(model)}
	added.Baselines[season].Add(s.Actual, s.Season, residual)
	added.Baselines[rowBefore].Add(s.Actual, s.Before, residual)
	if len(s.Spread) > 0 {
		added.Intervals.Add(residual, s.Spread, s.Scale)
	}
	merge(e, &added)
}

// merge adds every sum of a struct to the same sum of another: whatever is gathered here, from
// blocks, files or shards, merges in this way.
func merge[T any](into, of *T) { mergeValues(reflect.ValueOf(into).Elem(), reflect.ValueOf(of).Elem()) }

func mergeValues(into, of reflect.Value) {
	switch into.Kind() {
	case reflect.Int64:
		into.SetInt(into.Int() + of.Int())
	case reflect.Float64:
		into.SetFloat(into.Float() + of.Float())
	case reflect.Struct:
		switch sum := into.Addr().Interface().(type) {
		case *moments.Sum:
			sum.Merge(*of.Addr().Interface().(*moments.Sum))
			return
		case *moments.Moments:
			sum.Merge(*of.Addr().Interface().(*moments.Moments))
			return
		}
		for i := range into.NumField() {
			if into.Field(i).CanSet() { // and not what is of a file under way
				mergeValues(into.Field(i), of.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		if into.Kind() == reflect.Slice && into.Len() == 0 && of.Len() > 0 {
			into.Set(reflect.MakeSlice(into.Type(), of.Len(), of.Len()))
		}
		for i := range of.Len() {
			mergeValues(into.Index(i), of.Index(i))
		}
	default:
		panic("metrics: no sum: " + into.Type().String())
	}
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
