package scaler

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/testutil"
)

func ExampleNew() {
	d := design.Design{Target: "load", Features: []string{"wind"}, Missing: design.Drop, Lags: []int{}}
	var c Sums
	c.Add(&design.Rows{X: [][]float64{{1, 2, 3}}, Y: []float64{10, 20, 30}})
	s, err := New(d, []Dataset{{ID: dataset.ID{Name: "a"}, Used: 3, Sums: c}}, nil)
	if err != nil {
		panic(err)
	}
	row := make([]float64, 3)
	s.Standardize(row, &design.Rows{N: 1, X: [][]float64{{4}}, Y: []float64{25}})
	fmt.Printf("mean %v, variance %.3f, row [1 z(4) y−20] = %.3f\n", s.Mean, s.Var[0], row)
	// Output: mean [2], variance 0.667, row [1 z(4) y−20] = [1.000 2.449 5.000]
}

// fitted is New where it must succeed.
func fitted(t *testing.T, d design.Design, datasets ...Dataset) *Scaler {
	t.Helper()
	return testutil.Must(New(d, datasets, nil))(t)
}

func of(name string, columns ...[]float64) Dataset {
	n := len(columns) - 1
	var c Sums
	c.Add(&design.Rows{X: columns[:n], Y: columns[n]})
	return Dataset{ID: untimed(name, len(columns[0])), Used: int64(len(columns[0])), Sums: c}
}

// untimed is a file of so many rows without a time.
func untimed(name string, rows int) dataset.ID {
	return dataset.ID{Name: name, XXH64: name, Rows: int64(rows), First: dataset.NoTime, Last: dataset.NoTime}
}

var two = design.Design{Target: "y", Features: []string{"a", "b"}, Missing: design.Mean, Lags: []int{}}

// A column, or the target, is refused where squares would leave the range of float64: its
// unit is for people to change.
func TestTooLargeOrSmall(t *testing.T) {
	fine := []float64{1, 2}
	for _, x := range [][]float64{{1e308, -1e308}, {1.1e100, 0}, {0, -1.1e100}, {1e200, 1e200}, {1e-162, 2e-162},
		{5e-324, 0}, {0, 0.9e-100}} {
		for name, columns := range map[string][][]float64{"b": {fine, x, fine}, "y": {fine, fine, x}} {
			_, err := New(two, []Dataset{of("d", columns...)}, nil)
			if want := fmt.Sprintf("column %q goes from %v to %v: ", name, min(x[0], x[1]), max(x[0], x[1])); err == nil ||
				!strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), "; change its unit") {
				t.Errorf("%s, %v: %v", name, x, err)
			}
		}
	}
}

// Both ways to standardise agree, row by row; a missing cell becomes 0, and so does a constant
// column whatever it is later.
func TestStandardize(t *testing.T) {
	x, one := []float64{1, 2, math.NaN(), 4, 8}, []float64{3, 3, 3, 3, 3}
	s := fitted(t, two, of("d", x, one, x))
	y := []float64{5, 6, 7, 8, 10}
	rows := &design.Rows{N: 5, X: [][]float64{x, {3, 4, 5, math.NaN(), 1e9}}, Y: y}
	if fmt.Sprint(s.NSamplesSeen) != "[4 5]" {
		t.Errorf("seen %v", s.NSamplesSeen)
	}
	const w = 4
	z, precise := make([]float64, 5*w), make([]moments.Sum, 5*w)
	for i := range z {
		z[i], precise[i] = 7, moments.Float(7) // memory that was used before
	}
	s.Standardize(z, rows)
	s.StandardizePrecise(precise, rows)
	for i := range 5 {
		want := []float64{1, (x[i] - s.Mean[0]) / s.Scale[0], 0, y[i] - s.TargetMean}
		if math.IsNaN(want[1]) {
			want[1] = 0
		}
		for j, v := range want {
			if math.Abs(z[i*w+j]-v) > 1e-15 || math.Abs(precise[i*w+j].Value()-v) > 1e-15 {
				t.Errorf("row %d, column %d: %v and %v, want %v", i, j, z[i*w+j], precise[i*w+j], v)
			}
		}
	}
}

func merge(scalers []*Scaler) (*Scaler, error) {
	d, datasets, sketches, err := Join(scalers)
	if err != nil {
		return nil, err
	}
	return New(d, datasets, sketches)
}

// Counts are one number where all are equal, as scikit-learn writes them.
func TestCounts(t *testing.T) {
	for want, c := range map[string]Counts{"5": {5, 5}, "[5,4]": {5, 4}, "[]": {}, "7": {7}} {
		b, err := json.Marshal(c)
		if err != nil || string(b) != want {
			t.Errorf("%v is written as %s: %v", c, b, err)
		}
	}
}

// The manual's bounds: 10000 levels, 1 MiB of text in them.
func TestManyBounds(t *testing.T) {
	if levelsOf(strings.Repeat("a", 1<<20)).Many || !levelsOf(strings.Repeat("a", 1<<20+1)).Many {
		t.Error("1 MiB of text is not the bound")
	}
}
