package metrics

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// Skills are what their names say, computed here by the definition.
func TestSkills(t *testing.T) {
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
	// squares returns Σ(y − other)², over the rows whose row before is known or all.
	squares := func(other func(i int) float64, known bool) (sum float64) {
		for i, y := range s.Actual {
			if d := y - other(i); !known || !math.IsNaN(s.Before[i]) {
				sum += d * d
			}
		}
		return sum
	}
	predicted := func(i int) float64 { return s.Predicted[i] }
	ofMean := squares(func(int) float64 { return 3.5 }, false)
	var e Errors
	e.Add(s)
	f := e.Figures()
	if f.Rows != n || f.Reason != "" {
		t.Errorf("%d rows, %q", f.Rows, f.Reason)
	}
	near(t, "skill over the mean", *f.SkillMean, 1-squares(predicted, false)/ofMean)
	near(t, "RMSE of the mean", *f.MeanRMSE, math.Sqrt(ofMean/n))
	near(t, "skill over the season", *f.SkillSeason,
		1-squares(predicted, false)/squares(func(i int) float64 { return s.Season[i] }, false))
	near(t, "skill over persistence", *f.SkillBefore,
		1-squares(predicted, true)/squares(func(i int) float64 { return s.Before[i] }, true))
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
		if _, err := New(&Sums{Datasets: []Dataset{{ID: dataset.ID{Name: "a"}, Errors: e}}}); err == nil ||
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
		if _, err := New(&Sums{Datasets: []Dataset{{ID: dataset.ID{Name: "a"}, Errors: e}}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Each fits, all together do not.
	var all []Dataset
	for _, name := range []string{"a", "b", "c"} {
		var e Errors
		e.Add(&Sample{Actual: []float64{0}, Predicted: []float64{1.1e154}})
		all = append(all, Dataset{ID: dataset.ID{Name: name, XXH64: name}, Errors: e})
	}
	testutil.Refused(New(&Sums{Datasets: all}))(t, "the errors on all datasets together")
}

// A prediction on a border is in the bin below it, a row on the edge of an interval
// inside.
func TestBorders(t *testing.T) {
	scale := &Scale{tenths: deciles{-4, -3, -2, -1, 0, 1, 2, 3, 4}}
	for v, want := range map[float64]int{-5: 0, -4: 0, -3.5: 1, 0: 4, 0.5: 5, 4: 8, 5: 9} {
		if got := scale.tenths.bin(v); got != want {
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

// Intervals of half the deviation are 50 % too narrow, of twice the deviation 100 % too wide.
// A misfit is said beyond two standard errors, and is finite where all rows are held.
func TestMisfit(t *testing.T) {
	misfit := func(n int64, coverage float64) float64 {
		f := Figures{Rows: n, Coverage: &coverage}
		return f.Misfit()
	}
	for spread, want := range map[float64]float64{0.5: 0.5, 2: -1, 0.9: 0.1} {
		held := math.Erf(1.959963984540054 * spread / math.Sqrt2)
		if got := misfit(1e9, held); math.Abs(got-want) > 1e-6 {
			t.Errorf("spread %v: too narrow by %v, want %v", spread, got, want)
		}
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
	if f := new(Errors).Figures(); f.Misfit() != 0 || f.Coverage != nil {
		t.Error("no row is covered")
	}
}
