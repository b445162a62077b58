// Package metrics measures the error of predictions, in sums that merge
// exactly. Names and conventions are scikit-learn's.
package metrics

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/moments"
)

// Kind is the format of metrics.json.
var Kind = artifact.Kind{Format: "metrics", Version: 3, Program: "model_testing"}

// Sample is a run of rows with what was measured and what was predicted, all
// of one length; Climatology, Prev and Spread may be empty.
type Sample struct {
	Actual, Predicted []float64
	Spread            []float64 // what t multiplies in the intervals: σ̂·√(1 + h)
	Scale             *Scale    // needed with Spread
	TrainMean         float64   // the baseline that knows the training mean alone
	Climatology       []float64 // the baseline that knows the season alone
	Prev              []float64 // the target one row earlier, NaN where unknown
}

// Append includes row i of another sample.
func (s *Sample) Append(o *Sample, i int) {
	s.Actual = append(s.Actual, o.Actual[i])
	s.Predicted = append(s.Predicted, o.Predicted[i])
	if len(o.Spread) > 0 {
		s.Spread = append(s.Spread, o.Spread[i])
	}
	if len(o.Climatology) > 0 {
		s.Climatology = append(s.Climatology, o.Climatology[i])
	}
	if len(o.Prev) > 0 {
		s.Prev = append(s.Prev, o.Prev[i])
	}
}

// Errors are sums over rows. The zero value has seen no row.
type Errors struct {
	Residual    moments.Moments `json:"residual"`   // actual − predicted
	Target      moments.Moments `json:"target"`     // actual
	Abs         moments.Sum     `json:"abs"`        // Σ|residual|
	Max         float64         `json:"max"`        // max |residual|
	TrainMean   moments.Sum     `json:"train_mean"` // Σ(actual − training mean)²
	Climatology *moments.Sum    `json:"climatology,omitempty"`
	Persistence *Persistence    `json:"persistence,omitempty"`
	Intervals   *Held           `json:"intervals,omitempty"`
}

// Persistence compares with the target one row earlier, over the rows that
// have one.
type Persistence struct {
	N     int64       `json:"n"`
	Self  moments.Sum `json:"self"`  // Σ(actual − previous)²
	Model moments.Sum `json:"model"` // Σ residual² of the same rows
}

// residuals are memory for Add.
var residuals = sync.Pool{New: func() any { return new([]float64) }}

// Add includes the rows of a sample.
func (e *Errors) Add(s *Sample) {
	buf := residuals.Get().(*[]float64)
	defer residuals.Put(buf)
	residual := slices.Grow((*buf)[:0], len(s.Actual))[:len(s.Actual)]
	*buf = residual
	var abs, mean, climatology, largest float64
	for i, y := range s.Actual {
		r := y - s.Predicted[i]
		residual[i] = r
		size := math.Abs(r)
		abs += size
		if size > largest {
			largest = size
		}
		mean += float64((y - s.TrainMean) * (y - s.TrainMean))
	}
	e.Max = max(e.Max, largest)
	e.Residual.Add(residual)
	e.Target.Add(s.Actual)
	e.Abs.Add(abs)
	e.TrainMean.Add(mean)
	if len(s.Spread) > 0 {
		e.hold(residual, s.Spread, s.Scale)
	}
	if len(s.Climatology) > 0 {
		for i, c := range s.Climatology {
			climatology += float64((s.Actual[i] - c) * (s.Actual[i] - c))
		}
		add(&e.Climatology, moments.Float(climatology))
	}
	if len(s.Prev) > 0 {
		var n int64
		var self, model float64
		for i, prev := range s.Prev {
			if prev != prev {
				continue
			}
			n++
			self += float64((s.Actual[i] - prev) * (s.Actual[i] - prev))
			model += float64(residual[i] * residual[i])
		}
		e.persist(&Persistence{n, moments.Float(self), moments.Float(model)})
	}
}

func add(to **moments.Sum, s moments.Sum) {
	if *to == nil {
		*to = new(moments.Sum)
	}
	(*to).Merge(s)
}

func (e *Errors) persist(p *Persistence) {
	if e.Persistence == nil {
		e.Persistence = new(Persistence)
	}
	e.Persistence.N += p.N
	e.Persistence.Self.Merge(p.Self)
	e.Persistence.Model.Merge(p.Model)
}

// Merge includes the rows of o.
func (e *Errors) Merge(o *Errors) {
	e.Residual.Merge(o.Residual)
	e.Target.Merge(o.Target)
	e.Abs.Merge(o.Abs)
	e.Max = max(e.Max, o.Max)
	e.TrainMean.Merge(o.TrainMean)
	if o.Climatology != nil {
		add(&e.Climatology, *o.Climatology)
	}
	if o.Persistence != nil {
		e.persist(o.Persistence)
	}
	if o.Intervals != nil {
		e.mergeHeld(o.Intervals)
	}
}

// Figures are what the sums say. What is not defined is null, and Reason says
// why.
type Figures struct {
	Rows              int64      `json:"rows"` // scored
	MSE               *float64   `json:"mse"`
	RMSE              *float64   `json:"rmse"`
	MAE               *float64   `json:"mae"`
	R2                *float64   `json:"r2"`
	MaxError          *float64   `json:"max_error"`
	Bias              *float64   `json:"bias"` // mean of predicted − actual
	ExplainedVariance *float64   `json:"explained_variance"`
	Skill             Skill      `json:"skill"`
	Intervals         []Interval `json:"intervals"` // none where the training leaves no error to make them of
	Reason            string     `json:"reason,omitempty"`
}

// Skill is 1 − MSE/MSE of a baseline, over the same rows: 1 is perfect, 0 no
// better, negative worse.
type Skill struct {
	Mean        *float64 `json:"mean"`
	Climatology *float64 `json:"climatology"`
	Persistence *float64 `json:"persistence"`
}

// Figures finishes the sums.
func (e *Errors) Figures() Figures {
	f := Figures{Rows: e.Residual.N, Intervals: e.intervals()}
	if f.Rows == 0 {
		f.Reason = "no row has both a target and a prediction"
		return f
	}
	n := float64(f.Rows)
	bias := e.Residual.Mean.Value()
	sse := e.squares()
	mse := sse.Value() / n
	f.MSE, f.RMSE = ptr(mse), ptr(math.Sqrt(mse))
	f.MAE, f.MaxError, f.Bias = ptr(e.Abs.Value()/n), ptr(e.Max), ptr(0-bias)
	var why []string
	if f.Rows < 2 {
		why = append(why, "r2 and explained_variance need two rows")
	} else if e.Target.Min == e.Target.Max {
		why = append(why, fmt.Sprintf("the target is %v in every row, which leaves nothing to explain", e.Target.Min))
	} else {
		f.R2 = ptr(RSquared(sse.Value(), e.Target.Squares().Value()))
		f.ExplainedVariance = ptr(RSquared(e.Residual.Squares().Value(), e.Target.Squares().Value()))
		if f.R2 == nil {
			why = append(why, "r2 is beyond float64: the target hardly varies")
		}
	}
	if len(f.Intervals) == 0 {
		why = append(why, "intervals need an error of the training rows")
	}
	if f.Skill.Mean = skill(sse, e.TrainMean); f.Skill.Mean == nil {
		why = append(why, "the training mean is exact")
	}
	if e.Climatology != nil {
		f.Skill.Climatology = skill(sse, *e.Climatology)
	}
	if e.Persistence != nil {
		f.Skill.Persistence = skill(e.Persistence.Model, e.Persistence.Self)
	}
	f.Reason = strings.Join(why, "; ")
	return f
}

// Doubts are what keeps predictions from being called good, whatever their skill over
// the training's mean: sentences without their ends.
func (f *Figures) Doubts() (doubts []string) {
	const (
		leastHeld = 0.85 // of the rows, by intervals of 95 %
		mostBias  = 0.5  // of the RMSE
	)
	worse := func(skill *float64) bool { return skill != nil && *skill < 0 }
	if worse(f.Skill.Persistence) {
		doubts = append(doubts, "saying that nothing changes from row to row would do better")
	}
	if worse(f.Skill.Climatology) {
		doubts = append(doubts, "the season alone would do better")
	}
	if held := f.Coverage(); held != nil && *held < leastHeld {
		doubts = append(doubts, fmt.Sprintf("the 95 %% intervals hold only %.1f %% of the rows", 100**held))
	}
	if f.Bias != nil && math.Abs(*f.Bias) > mostBias**f.RMSE {
		side := "high"
		if *f.Bias < 0 {
			side = "low"
		}
		doubts = append(doubts, fmt.Sprintf("predictions are %v too %s on average, more than half of the RMSE",
			Round(math.Abs(*f.Bias), 3), side))
	}
	return doubts
}

// squares returns Σ residual².
func (e *Errors) squares() moments.Sum {
	mean := e.Residual.Mean
	return mean.Times(mean).Times(moments.Float(float64(e.Residual.N))).Plus(e.Residual.Squares())
}

// RSquared is 1 − left/all, with scikit-learn's convention for a constant
// target: 1 if nothing is left, else 0.
func RSquared(left, all float64) float64 {
	switch {
	case all != 0:
		return 1 - left/all
	case left == 0:
		return 1
	}
	return 0
}

func skill(sse, baseline moments.Sum) *float64 {
	if baseline.Value() == 0 {
		return nil
	}
	return ptr(1 - sse.Value()/baseline.Value())
}

// ptr is nil for a figure that float64 cannot hold.
func ptr(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// finite reports whether no sum has overflowed, nor squares vanished.
func (e *Errors) finite() bool {
	s := e.squares().Value() + e.TrainMean.Value()
	if e.Climatology != nil {
		s += e.Climatology.Value()
	}
	if e.Persistence != nil {
		s += e.Persistence.Self.Value()
	}
	const tiny = 1e-153 // its square loses digits
	if size := max(e.Max, e.Target.Max-e.Target.Min); size > 0 && size < tiny {
		return false
	}
	return e.Target.Finite() && !math.IsNaN(s) && !math.IsInf(s, 0)
}
