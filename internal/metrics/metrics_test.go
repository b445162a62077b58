package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
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
	var mean Errors // of which a gate of 0 is passed
	s := &Sample{TrainMean: 0.1}
	for i := range 1000 {
		s.Actual, s.Predicted = append(s.Actual, math.Sqrt(float64(i))), append(s.Predicted, 0.1)
	}
	mean.Add(s)
	if skill := mean.Figures().SkillMean; skill == nil || *skill != 0 {
		t.Errorf("the training mean has the skill %v over itself", skill)
	}
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
		s.Season = append(s.Season, 1e5)
		s.Before = append(s.Before, y-0.5)
		if i%3 == 0 {
			s.Before[i] = math.NaN()
		}
	}
	return s
}

// part is some of the rows that follow each other.
func (s *Sample) part(from, to int) *Sample {
	cut := func(column []float64) []float64 { return column[min(from, len(column)):min(to, len(column))] }
	return &Sample{cut(s.Actual), cut(s.Predicted), cut(s.Spread), s.Scale, s.TrainMean, cut(s.Season), cut(s.Before), nil}
}

// Blocks of a file, of whatever sizes, join into the whole in every sum there is: also those
// that are shorter than a lag, or in which no row was scored.
func TestJoin(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	const n = 150
	for _, gaps := range []bool{false, true} {
		s, times := trail(r, n, gaps)
		anomalous, rival := make([]bool, n), make([]float64, n)
		for i, y := range s.Actual {
			s.Season, s.Before = append(s.Season, 10), append(s.Before, y-0.5)
			anomalous[i], rival[i] = y == y && i%4 == 0, r.NormFloat64()
		}
		s.TrainMean = 9
		add := func(from, to int, into *Dataset, counts *Counts) {
			var block Dataset
			part := s.part(from, to)
			residual := make([]float64, to-from)
			for i, y := range part.Actual {
				residual[i] = y - part.Predicted[i]
			}
			block.Add(part, times[from:to], anomalous[from:to], residual)
			into.Join(&block)
			into.Clusters.Add(residual, rival[from:to], true)
			var of Counts
			of.Add(part)
			counts.Merge(&of)
		}
		var whole Dataset
		var all Counts
		add(0, n, &whole, &all)
		whole.Clusters.finish()
		for most := 1; most <= n; most++ {
			var joined Dataset
			var counts Counts
			for from := 0; from < n; {
				to := min(n, from+1+r.IntN(most))
				add(from, to, &joined, &counts)
				from = to
			}
			joined.Clusters.finish()
			alike(t, fmt.Sprintf("blocks of up to %d: ", most), reflect.ValueOf(whole), reflect.ValueOf(joined))
			if counts != all {
				t.Errorf("blocks of up to %d: other counts", most)
			}
		}
	}
}

// alike compares all sums there are.
func alike(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			if f := a.Type().Field(i); f.Name != "Lo" { // what is left over of a sum
				alike(t, path+"."+f.Name, a.Field(i), b.Field(i))
			}
		}
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			t.Fatalf("%s: %d, want %d", path, b.Len(), a.Len())
		}
		for i := range a.Len() {
			alike(t, fmt.Sprintf("%s[%d]", path, i), a.Index(i), b.Index(i))
		}
	case reflect.Int64:
		if a.Int() != b.Int() {
			t.Errorf("%s: %d, want %d", path, b.Int(), a.Int())
		}
	case reflect.Float64:
		if x, y := a.Float(), b.Float(); x == x || y == y {
			near(t, path, y, x)
		}
	}
}

// Reports on different models, or on one file, are not merged.
func TestMergeRefused(t *testing.T) {
	sums := func(name string) *Sums {
		return &Sums{Scaler: "s", Model: "m", Datasets: []Dataset{{ID: dataset.ID{Name: name, XXH64: name}}}}
	}
	testutil.Refused(Merge([]*Sums{sums("a"), sums("a")}))(t, `"a"`)
	model, columns := sums("b"), sums("b")
	model.Model, columns.Columns = "other", Columns{{Name: "x"}}
	for _, other := range []*Sums{model, columns} {
		testutil.Refused(Merge([]*Sums{sums("a"), other}))(t, "report 2 is of another model")
	}
}

// The readable form has every dataset by its name, also two of one name, in few bytes.
func TestSummary(t *testing.T) {
	s := &Sums{}
	for i := range 50 {
		d := Dataset{ID: dataset.ID{Name: fmt.Sprintf("station-%02d", i/2), XXH64: fmt.Sprint(i), First: dataset.Time(i), Last: dataset.Time(i)}}
		d.Errors.Add(sample(rand.New(rand.NewPCG(1, uint64(i))), 100))
		s.Datasets = append(s.Datasets, d)
	}
	r := testutil.Must(New(s))(t)
	file, err := SummaryKind.EncodeJSON(r.Summary("x"))
	if err != nil || len(file) > 1500+50*200 {
		t.Errorf("%d bytes, %v", len(file), err)
	}
	both := r.Summary("x").Datasets
	near(t, "R² of the second of a name", *both["station-03 from 1970-01-01T00:00:00.000007Z"].R2, *r.Each[1+2*3].R2)
	if len(both) != 50 || both["station-03"].Rows != 100 {
		t.Errorf("%d datasets", len(both))
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}
