package metrics

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

func ExampleErrors() {
	var e Errors
	e.Add(&Sample{Actual: []float64{3, -0.5, 2, 7}, Predicted: []float64{2.5, 0, 2, 8}})
	f := e.Figures()
	fmt.Printf("MSE %.3f, MAE %.3f, R² %.3f\n", *f.MSE, *f.MAE, *f.R2)
	// Output: MSE 0.375, MAE 0.500, R² 0.949
}

// The figures that scikit-learn's documentation gives, and its conventions.
func TestScikitLearn(t *testing.T) {
	figures := func(actual, predicted []float64) Figures {
		var e Errors
		e.Add(&Sample{Actual: actual, Predicted: predicted})
		return e.Figures()
	}
	f := figures([]float64{3, -0.5, 2, 7}, []float64{2.5, 0, 2, 8})
	near(t, "r2_score", *f.R2, 0.9486081370449679)
	near(t, "explained_variance_score", *f.ExplainedVariance, 0.9571734475374732)
	near(t, "mean_squared_error", *f.MSE, 0.375)
	near(t, "mean_absolute_error", *f.MAE, 0.5)
	near(t, "root_mean_squared_error", *f.RMSE, math.Sqrt(0.375))
	near(t, "max_error", *figures([]float64{3, 2, 7, 1}, []float64{4, 2, 7, 1}).MaxError, 1)
	near(t, "r2_score, no better than the mean", *figures([]float64{1, 2, 3}, []float64{2, 2, 2}).R2, 0)
	near(t, "r2_score, worse", *figures([]float64{1, 2, 3}, []float64{3, 2, 1}).R2, -3)
	near(t, "constant and met", RSquared(0, 0), 1)
	near(t, "constant and missed", RSquared(1e-8, 0), 0)
	if f := figures([]float64{-2, -2, -2}, []float64{-2, -2, -2}); f.R2 != nil || f.ExplainedVariance != nil ||
		!strings.Contains(f.Reason, "the target is -2 in every row") {
		t.Errorf("a constant target: %+v", f)
	}
	if f := figures([]float64{1}, []float64{2}); f.R2 != nil || f.Reason == "" || *f.MSE != 1 {
		t.Errorf("one row: %+v", f)
	}
	if f := figures(nil, nil); f.MSE != nil || f.Reason == "" {
		t.Errorf("no row: %+v", f)
	}
	near(t, "bias", *figures([]float64{1, 2}, []float64{2, 5}).Bias, 2)
}

func sample(r *rand.Rand, n int) *Sample {
	s := &Sample{TrainMean: 1e5, Scale: NewScale(0.1, 20, 1e5, 1)}
	for i := range n {
		y := 1e5 + r.NormFloat64()
		s.Actual = append(s.Actual, y)
		s.Predicted = append(s.Predicted, y+0.1*r.NormFloat64())
		s.Spread = append(s.Spread, 0.05+0.01*r.Float64())
		s.Climatology = append(s.Climatology, 1e5)
		s.Prev = append(s.Prev, y-0.5)
		if i%3 == 0 {
			s.Prev[i] = math.NaN()
		}
	}
	return s
}

func (s *Sample) part(from, to int) *Sample {
	return &Sample{s.Actual[from:to], s.Predicted[from:to], s.Spread[from:to], s.Scale, s.TrainMean,
		s.Climatology[from:to], s.Prev[from:to]}
}

// Merged parts equal the whole.
func TestMerge(t *testing.T) {
	const n = 700
	s := sample(rand.New(rand.NewPCG(1, 2)), n)
	var whole Errors
	whole.Add(s)
	want := whole.Figures()
	for parts := 2; parts <= 100; parts++ {
		var merged Errors
		for k := range parts {
			var e Errors
			e.Add(s.part(n*k/parts, n*(k+1)/parts))
			merged.Merge(&e)
		}
		got, expected := reflect.ValueOf(merged.Figures()), reflect.ValueOf(want)
		for i := range got.NumField() {
			if f, ok := got.Field(i).Interface().(*float64); ok {
				near(t, fmt.Sprintf("%d parts: %s", parts, got.Type().Field(i).Name), *f,
					*expected.Field(i).Interface().(*float64))
			}
		}
		near(t, "persistence", *merged.Figures().Skill.Persistence, *want.Skill.Persistence)
	}
}

// A merged report is, byte for byte, the report on all files.
func TestMergeReports(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	floor := 0.01
	var datasets []Dataset
	var pooled Pattern
	var counts [3]Counts
	for i, name := range []string{"a", "b", "c"} {
		var normal, anomalous Errors
		normal.Add(sample(r, 50+i))
		anomalous.Add(sample(r, i))
		series, times := trail(r, 70+i, i == 1)
		left := pattern(series, times, 0, 70+i)
		left.round()
		pooled.Merge(&left)
		counts[i].Add(series)
		datasets = append(datasets, NewDataset(dataset.ID{Name: name, XXH64: name}, dataset.Left{}, normal, anomalous,
			left, &floor))
	}
	report := func(which ...int) *Report {
		var d []Dataset
		var c Counts
		for _, i := range which {
			d = append(d, datasets[i])
			c.Merge(&counts[i])
		}
		got, err := New("s", "m", d, &c, design.Unseen{})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	merged, err := Merge([]*Report{report(2), report(1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	want, err := Kind.EncodeJSON(report(0, 1, 2))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Kind.EncodeJSON(merged); err != nil || !bytes.Equal(got, want) {
		t.Error("the merged report is another", err)
	}
	var all Counts
	for i := range counts {
		all.Merge(&counts[i])
	}
	if !reflect.DeepEqual(merged.Diagnostics, pooled.Diagnostics(&all)) {
		t.Error("the diagnostics are not of all files")
	}
	var back Report
	path := filepath.Join(t.TempDir(), "metrics.json")
	if err := errors.Join(os.WriteFile(path, want, 0o666), Kind.ReadJSON(path, &back)); err != nil {
		t.Error(err)
	}
	if _, err := Merge([]*Report{report(0), report(0)}); err == nil ||
		!strings.Contains(err.Error(), `"a"`) {
		t.Errorf("a dataset that comes twice: %v", err)
	}
	spoiled := report(0)
	spoiled.Diagnostics.Histogram = spoiled.Diagnostics.Histogram[1:]
	if _, err := Merge([]*Report{report(1), spoiled}); err == nil || !strings.HasPrefix(err.Error(), "report 2 has counts") {
		t.Errorf("counts that do not fit: %v", err)
	}
	other, _ := New("s", "other", datasets[:1], new(Counts), design.Unseen{})
	if _, err := Merge([]*Report{report(1), other}); err == nil ||
		!strings.HasPrefix(err.Error(), "report 2 is of another model") {
		t.Errorf("another model: %v", err)
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}
