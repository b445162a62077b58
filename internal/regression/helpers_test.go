package regression

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/scaler"
	tables "mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// exactly compares 12 digits.
func exactly(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got/want-1) <= 1e-12) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

func alike(t testing.TB, what string, got, want []float64, tolerance float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Fatalf("%s: %d is %v, not %v", what, i, got[i], want[i])
		}
	}
}

// problem is a random least-squares problem: n rows [1 | Z | y].
func problem(r *rand.Rand, n, p int, noise float64) []float64 {
	var rows []float64
	for range n {
		rows = append(rows, 1)
		y := 3.0
		for j := range p {
			z := r.NormFloat64()
			rows = append(rows, z)
			y += float64(j+1) * z
		}
		rows = append(rows, y+noise*r.NormFloat64())
	}
	return rows
}

func factorOf(rows []float64, w int, precise bool) *Factor {
	var f Factor
	if !precise {
		f.Add(slices.Clone(rows), w)
		return &f
	}
	f.AddPrecise(sums(rows), w)
	return &f
}

// allOf returns the factor of the rows of all.
func allOf(factors []Factor) *Factor {
	var all Factor
	for i := range factors {
		all.Merge(&factors[i])
	}
	return &all
}

func sums(x []float64) (exact []moments.Sum) {
	for _, v := range x {
		exact = append(exact, moments.Float(v))
	}
	return exact
}

// settings standardise nothing, for rows that need no scaling.
func settings(p int) Settings {
	s := Settings{Scaler: "s", Target: "y", Folds: 5}
	for j := range p {
		s.Names = append(s.Names, fmt.Sprintf("x%d", j+1))
		s.Mean = append(s.Mean, 0)
		s.Scale = append(s.Scale, 1)
	}
	return s
}

// fitted is New where it must succeed.
func fitted(t *testing.T, s Settings, datasets ...Dataset) (*Model, *Summary) {
	t.Helper()
	m, summary, err := New(s, datasets)
	testutil.OK(t, err)
	return m, summary
}

// foldsOf makes a dataset of rows [1 | Z | y].
func foldsOf(name string, rows []float64, w, folds int) Dataset {
	n := int64(len(rows) / w)
	d := Dataset{ID: dataset.ID{Name: name, Rows: n, First: 0, Last: 1, XXH64: name}, Used: n}
	bounds := FoldBounds(n, folds)
	for k := range folds {
		d.Folds = append(d.Folds, Fold{Factor: *factorOf(rows[bounds[k]*int64(w):bounds[k+1]*int64(w)], w, false)})
	}
	return d
}

// counted sets how many rows of the datasets are used.
func counted(datasets []Dataset) []Dataset {
	for i := range datasets {
		datasets[i].Used = 0
		for _, f := range datasets[i].Folds {
			datasets[i].Used += f.N
		}
		datasets[i].Rows = datasets[i].Used
	}
	return datasets
}

// scanned scans one file.
func scanned[R any](t *testing.T, csv string, scan *design.Scan[R]) *design.Result[R] {
	t.Helper()
	files := testutil.Must(tables.Open([]string{"-"}, strings.NewReader(csv), scan.Time))(t)
	scan.Workers = 2
	for file, err := range scan.Files(context.Background(), files) {
		testutil.OK(t, err)
		return file
	}
	return nil
}

// scalerOf fits a scaler to files, as the stage does.
func scalerOf(t *testing.T, d design.Design, files ...string) *scaler.Scaler {
	t.Helper()
	var datasets []scaler.Dataset
	for i, csv := range files {
		file := scanned(t, csv, &design.Scan[scaler.Sums]{Design: new(d.Unfinished()), Work: scaler.Of, Merge: (*scaler.Sums).Merge})
		file.Name = fmt.Sprint(i)
		datasets = append(datasets, scaler.Dataset{ID: file.ID, Used: file.Used, Sums: file.Sum})
	}
	return testutil.Must(scaler.New(d, datasets, nil))(t)
}

// datasetOf is what a stage keeps of a file.
func datasetOf(t *testing.T, s *scaler.Scaler, name, csv string, folds int) Dataset {
	t.Helper()
	used := scanned(t, csv, &design.Scan[struct{}]{Design: &s.Design}).Used
	factorizer := NewFactorizer(s, &Settings{Folds: folds, Columns: driftColumns(s)}, []int64{used})
	file := scanned(t, csv, &design.Scan[Folds]{Design: &s.Design, Work: factorizer.Gather, Merge: (*Folds).Merge})
	file.Sum.Finish()
	file.Name = name
	step, _ := file.Steps.Irregular()
	return Dataset{ID: file.ID, Used: used, Folds: file.Sum, Tail: file.Tail, Step: dataset.Time(step.Microseconds())}
}

// eachRow collects what a function makes of the rows of a file.
func eachRow[T any](t *testing.T, d *design.Design, csv string, work func(r *design.Rows) []T) []T {
	t.Helper()
	return scanned(t, csv, &design.Scan[[]T]{Design: d, Work: func(r *design.Rows) ([]T, error) { return work(r), nil },
		Merge: func(file *[]T, block []T) { *file = append(*file, block...) }}).Sum
}

// predictions are those of the rows of a file.
func (m *Model) predictions(t *testing.T, s *scaler.Scaler, csv string) []float64 {
	t.Helper()
	return eachRow(t, &s.Design, csv, func(r *design.Rows) []float64 {
		predicted := make([]float64, r.N)
		m.Predict(predicted, r)
		return predicted
	})
}
