package metrics

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Figures are what the sums say. What is not defined is null, and Reason says why. A skill
// is 1 − MSE/MSE of a guess: 1 is perfect, 0 no better, negative worse.
type Figures struct {
	Rows              int64      `json:"rows"` // scored
	MSE               *float64   `json:"mse"`
	RMSE              *float64   `json:"rmse"`
	MAE               *float64   `json:"mae"`
	R2                *float64   `json:"r2"`
	MaxError          *float64   `json:"max_error"`
	Bias              *float64   `json:"bias"` // mean of predicted − actual
	SkillMean         *float64   `json:"skill_mean"`
	SkillSeason       *float64   `json:"skill_season"`
	SkillBefore       *float64   `json:"skill_before"`
	Coverage          *float64   `json:"coverage_95"` // share of the rows within their 95 % interval
	Reason            string     `json:"reason,omitempty"`
	ExplainedVariance *float64   `json:"-"`
	MeanRMSE          *float64   `json:"-"` // of the guess
	SeasonRMSE        *float64   `json:"-"`
	Intervals         []Interval `json:"-"` // none where the training leaves no error to make them of
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
	sse := e.squares().Value()
	f.MSE, f.RMSE = ptr(sse/n), ptr(math.Sqrt(sse/n))
	f.MAE, f.MaxError, f.Bias = ptr(e.Abs.Value()/n), ptr(e.max()), ptr(0-bias)
	var why []string
	all := e.Target.Squares.Value()
	switch {
	case f.Rows < 2:
		why = append(why, "r2 and explained_variance need two rows")
	case e.Target.Min == e.Target.Max:
		why = append(why, fmt.Sprintf("the target is %v in every row, which leaves nothing to explain", e.Target.Min))
	default:
		f.R2 = ptr(RSquared(sse, all))
		f.ExplainedVariance = ptr(RSquared(e.Residual.Squares.Value(), all))
		if f.R2 == nil {
			why = append(why, "r2 is beyond float64: the target hardly varies")
		}
	}
	if len(f.Intervals) == 0 {
		why = append(why, "intervals need an error of the training rows")
	}
	if len(f.Intervals) > 0 {
		f.Coverage = &f.Intervals[nominal95].Coverage
	}
	f.SkillMean, f.MeanRMSE = e.Baselines[trainMean].finish()
	f.SkillSeason, f.SeasonRMSE = e.Baselines[season].finish()
	f.SkillBefore, _ = e.Baselines[rowBefore].finish()
	if f.SkillMean == nil {
		why = append(why, "the training mean is exact")
	}
	f.Reason = strings.Join(why, "; ")
	return f
}

// finish returns the skill over a guess and the guess's own RMSE.
func (b *Baseline) finish() (skill, rmse *float64) {
	return ptr(1 - b.Model.Value()/b.Self.Value()), ptr(math.Sqrt(b.Self.Value() / float64(b.N)))
}

// Holds reports whether intervals of 95 % hold enough of the rows to be of use, as far as is known.
func (f *Figures) Holds() bool { return f.Coverage == nil || *f.Coverage >= 0.85 }

// rounding is what errors are at most, beside those of a guess, that are of rounding alone.
const rounding = 1e-9

// Doubts are what keeps predictions from being called good, whatever their skill over
// the training's mean: sentences without their ends.
func (f *Figures) Doubts() (doubts []string) {
	const mostBias = 0.5 // of the RMSE
	if f.MeanRMSE != nil && *f.RMSE <= rounding**f.MeanRMSE {
		return nil
	}
	worse := func(skill *float64) bool { return skill != nil && *skill < 0 }
	if worse(f.SkillMean) {
		doubts = append(doubts, "always saying the mean of training would do better")
	}
	if worse(f.R2) {
		doubts = append(doubts, "always saying the mean of these rows would do better")
	}
	if worse(f.SkillBefore) {
		doubts = append(doubts, "saying that nothing changes from row to row would do better")
	}
	if worse(f.SkillSeason) {
		doubts = append(doubts, "the time of the year alone would do better")
	}
	if !f.Holds() {
		doubts = append(doubts, fmt.Sprintf("the 95 %% intervals hold only %.1f %% of the rows", 100**f.Coverage))
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

// ptr is nil for a figure that float64 cannot hold.
func ptr(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// Round rounds a number to so many digits.
func Round(v float64, digits int) float64 {
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	return v + 0 // no −0
}

// Nominal are the probabilities at which intervals are measured, ascending.
var Nominal = [...]float64{0.5, 0.8, 0.9, 0.95, 0.99}

// nominal95 is the index of the probability that people ask for.
const nominal95 = 3

// Held are sums over rows that have an interval, at each of the Nominal probabilities.
type Held struct {
	N      int64               `range:"0,1e12"` // rows
	Inside [len(Nominal)]int64 `range:"0,1e12"` // that are within their interval
}

// Add includes rows, whose intervals are ±t·spread.
func (h *Held) Add(residual, spread []float64, s *Scale) {
	var narrowest [len(Nominal) + 1]int64 // interval that holds the row
	for i, r := range residual {
		if r != r {
			continue
		}
		h.N++
		size, l := math.Abs(r), 0
		for l < len(s.half) && size > float64(s.half[l]*spread[i]) {
			l++
		}
		narrowest[l]++
	}
	for inside, l := int64(0), 0; l < len(Nominal); l++ {
		inside += narrowest[l]
		h.Inside[l] += inside
	}
}

// Interval is how prediction intervals of one level have held.
type Interval struct {
	Level    float64
	Coverage float64 // share of the rows that are inside
}

// intervals finishes the sums; there is none where no row has an interval.
func (e *Errors) intervals() (intervals []Interval) {
	for l := 0; l < len(Nominal) && e.Intervals.N > 0; l++ {
		intervals = append(intervals, Interval{Nominal[l], float64(e.Intervals.Inside[l]) / float64(e.Intervals.N)})
	}
	return intervals
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
	coverage, n := f.Coverage, float64(f.Rows)
	level := Nominal[nominal95]
	if coverage == nil || math.Abs(*coverage-level) <= 2*math.Sqrt(level*(1-level)/n) {
		return 0
	}
	share := (*coverage*n + 0.5) / (n + 1) // never 0 or 1
	return 1 - math.Erfinv(share)/math.Erfinv(level)
}
