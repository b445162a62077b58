package metrics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// Every figure is what its name says, computed here by the definition.
func TestDefinitions(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const n = 50
	s := &Sample{TrainMean: 3.5, Scale: NewScale(2, 9, 4, 2)}
	for range n {
		s.Spread = append(s.Spread, 2+r.Float64())
		s.Actual = append(s.Actual, 4+2*r.NormFloat64())
		s.Predicted = append(s.Predicted, 4.5+2*r.NormFloat64())
		s.Season = append(s.Season, 4+r.NormFloat64())
		s.Before = append(s.Before, 4+2*r.NormFloat64())
	}
	s.Before[0], s.Before[17] = math.NaN(), math.NaN()
	mean := func(f func(i int) float64) (m float64) {
		for i := range n {
			m += f(i) / n
		}
		return m
	}
	square := func(x float64) float64 { return x * x }
	mse := mean(func(i int) float64 { return square(s.Actual[i] - s.Predicted[i]) })
	bias := mean(func(i int) float64 { return s.Predicted[i] - s.Actual[i] })
	targetMean := mean(func(i int) float64 { return s.Actual[i] })
	variance := mean(func(i int) float64 { return square(s.Actual[i] - targetMean) })
	known := func(f func(i int) float64) float64 { // Σ over the rows whose row before is known
		return n * mean(func(i int) float64 {
			if math.IsNaN(s.Before[i]) {
				return 0
			}
			return f(i)
		})
	}
	maxError := 0.0
	for i := range n {
		maxError = max(maxError, math.Abs(s.Actual[i]-s.Predicted[i]))
	}

	var e Errors
	e.Add(s)
	f := e.Figures()
	if f.Rows != n || f.Reason != "" {
		t.Errorf("%d rows, %q", f.Rows, f.Reason)
	}
	near(t, "MSE", *f.MSE, mse)
	near(t, "RMSE", *f.RMSE, math.Sqrt(mse))
	near(t, "MAE", *f.MAE, mean(func(i int) float64 { return math.Abs(s.Actual[i] - s.Predicted[i]) }))
	near(t, "max error", *f.MaxError, maxError)
	near(t, "bias", *f.Bias, bias)
	near(t, "R²", *f.R2, 1-mse/variance)
	near(t, "explained variance", *f.ExplainedVariance, 1-(mse-bias*bias)/variance)
	near(t, "skill over the mean", *f.SkillMean, 1-mse/mean(func(i int) float64 { return square(s.Actual[i] - 3.5) }))
	near(t, "RMSE of the mean", *f.MeanRMSE,
		math.Sqrt(mean(func(i int) float64 { return square(s.Actual[i] - 3.5) })))
	near(t, "skill over the season", *f.SkillSeason,
		1-mse/mean(func(i int) float64 { return square(s.Actual[i] - s.Season[i]) }))
	near(t, "skill over persistence", *f.SkillBefore,
		1-known(func(i int) float64 { return square(s.Actual[i] - s.Predicted[i]) })/known(func(i int) float64 { return square(s.Actual[i] - s.Before[i]) }))
	if e.Baselines[rowBefore].N != n-2 {
		t.Errorf("%d rows have a row before, not %d", e.Baselines[rowBefore].N, n-2)
	}

	// Without a season or a row before there is no skill over them; the training
	// mean may be exact.
	s.Season, s.Before = nil, nil
	e = Errors{}
	e.Add(s)
	if e.Baselines[season] != (Baseline{}) || e.Baselines[rowBefore] != (Baseline{}) {
		t.Error("sums over what is not there")
	}
	if f := e.Figures(); f.SkillSeason != nil || f.SkillBefore != nil || f.SkillMean == nil ||
		f.Reason != "" {
		t.Errorf("%+v", f)
	}
	e = Errors{}
	e.Add(&Sample{Actual: []float64{2, 2}, Predicted: []float64{1, 2}, TrainMean: 2})
	if f := e.Figures(); f.SkillMean != nil ||
		f.Reason != "the target is 2 in every row, which leaves nothing to explain; intervals need an error of the training rows; the training mean is exact" {
		t.Errorf("%+v", f)
	}
}

// Rows that are not scored add up over the datasets; rows without a target are
// nobody's fault.
func TestScored(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	dataset := func(name string, rows int, left dataset.Left) Dataset {
		d := Dataset{ID: dataset.ID{Name: name, XXH64: name}, Unscored: left}
		d.Normal.Add(sample(r, rows))
		return d
	}
	report := func(d ...Dataset) *Report {
		return testutil.Must(New(&Sums{Datasets: d}))(t)
	}
	got := report(dataset("a", 30, leftOf(5, 10, 3)), dataset("b", 10, leftOf(2, 4, 3)))
	if got.Rows != 40 || got.Unscored != leftOf(7, 14, 6) {
		t.Errorf("%d scored, unscored %+v", got.Rows, got.Unscored)
	}
	near(t, "share", got.Scored(), 40./60)
	if got := report(dataset("c", 0, leftOf(5, 0, 0))).Scored(); !math.IsNaN(got) {
		t.Errorf("share of nothing: %v", got)
	}
}

func leftOf(target, feature, lag int64) dataset.Left {
	return dataset.Left{NoTarget: target, MissingFeature: feature, MissingLag: lag}
}

// Errors whose squares float64 cannot hold are no result, in any of the sums.
func TestBeyondFloat64(t *testing.T) {
	two := []float64{1, 2}
	for name, s := range map[string]*Sample{
		"residual":           {Actual: two, Predicted: []float64{1e200, -1e200}},
		"target":             {Actual: []float64{1e200, -1e200}, Predicted: []float64{1e200, -1e200}},
		"training mean":      {Actual: two, Predicted: two, TrainMean: 1e200},
		"season":             {Actual: two, Predicted: two, Season: []float64{1e200, 0}},
		"row before":         {Actual: two, Predicted: two, Before: []float64{1e200, 0}},
		"tiny":               {Actual: []float64{1e-170, 2e-170}, Predicted: []float64{0, 0}},
		"tiny constant":      {Actual: []float64{1e-170, 1e-170}, Predicted: []float64{0, 0}},
		"tiny and predicted": {Actual: []float64{1e-170, 2e-170}, Predicted: []float64{1e-170, 2e-170}},
	} {
		var e Errors
		e.Add(s)
		if _, err := New(&Sums{Datasets: []Dataset{{ID: dataset.ID{Name: "a"}, Normal: e}}}); err == nil ||
			!strings.HasPrefix(err.Error(), `the errors on dataset "a" are too large or too small`) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]*Sample{
		"exact":         {Actual: two, Predicted: two},
		"constant":      {Actual: []float64{2, 2}, Predicted: []float64{2, 2}},
		"all 0":         {Actual: []float64{0, 0}, Predicted: []float64{0, 0}},
		"large":         {Actual: []float64{1e150, -1e150}, Predicted: []float64{0, 0}},
		"small":         {Actual: []float64{1e-150, -1e-150}, Predicted: []float64{0, 0}},
		"nearly exact":  {Actual: two, Predicted: []float64{1, math.Nextafter(2, 3)}},
		"exact, at 1e9": {Actual: []float64{1e9, 1e9 + 1e-6}, Predicted: []float64{1e9, 1e9 + 1e-6}},
	} {
		var e Errors
		e.Add(s)
		if _, err := New(&Sums{Datasets: []Dataset{{ID: dataset.ID{Name: "a"}, Normal: e}}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Each fits, all together do not.
	var all []Dataset
	for _, name := range []string{"a", "b", "c"} {
		var e Errors
		e.Add(&Sample{Actual: []float64{0}, Predicted: []float64{1.1e154}})
		all = append(all, Dataset{ID: dataset.ID{Name: name, XXH64: name}, Normal: e})
	}
	testutil.Refused(New(&Sums{Datasets: all}))(t, "the errors on all datasets together")
}

// A prediction on a border is in the bin below it, a row on the edge of an interval
// inside.
func TestBorders(t *testing.T) {
	scale := &Scale{tenths: [tenths - 1]float64{-4, -3, -2, -1, 0, 1, 2, 3, 4}}
	for v, want := range map[float64]int{-5: 0, -4: 0, -3.5: 1, 0: 4, 0.5: 5, 4: 8, 5: 9} {
		if got := scale.tenth(v); got != want {
			t.Errorf("%v is in bin %d, want %d", v, got, want)
		}
	}
	s := &Sample{Scale: NewScale(1, 10, 0, 1), Actual: []float64{0}, Predicted: []float64{0}, Spread: []float64{1}}
	s.Actual[0] = s.Scale.half[nominal95]
	var e Errors
	e.Add(s)
	if e.Intervals.Inside[nominal95] != 1 || e.Intervals.Inside[nominal95-1] != 0 {
		t.Errorf("on the edge: %v", e.Intervals.Inside)
	}
}

// A misfit is said beyond two standard errors, and is finite where all rows are held.
func TestMisfitBounds(t *testing.T) {
	misfit := func(n int64, coverage float64) float64 {
		f := Figures{Rows: n, Coverage: &coverage}
		return f.Misfit()
	}
	se := math.Sqrt(0.95 * 0.05 / 1000)
	if misfit(1000, 0.95-1.9*se) != 0 || misfit(1000, 0.95+1.9*se) != 0 {
		t.Error("chance is a misfit")
	}
	if low, high := misfit(1000, 0.95-2.1*se), misfit(1000, 0.95+2.1*se); !(low > 0 && high < 0) {
		t.Errorf("too narrow by %v, too wide by %v", low, high)
	}
	for _, coverage := range []float64{0, 1} {
		if m := misfit(1000, coverage); math.IsNaN(m) || math.IsInf(m, 0) {
			t.Errorf("coverage %v: %v", coverage, m)
		}
	}
}
