package design

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

// Each file begins anew: its first row has no lag, and what is known of it is its own.
// Gaps are counted per file, those of rows that lack nothing else apart.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for name, csv := range map[string]string{"a": "x,y,z\n1,10,1\n2,20,\n,30,\n4,40,4\n", "b": "x,y,z\n5,50,5\n6,60,6\n"} {
		testutil.WriteFile(t, filepath.Join(dir, name+".csv"), csv)
	}
	files := testutil.Must(table.Open([]string{dir}, nil, ""))(t)
	d := Design{Target: "y", Features: []string{"x", "z"}, Lags: []int{1}, Missing: Drop}
	read := 0
	scan := Scan[[]float64]{Design: &d, Workers: 2, Gaps: true, Progress: func(bytes int) { read += bytes },
		Work:  func(r *Rows) ([]float64, error) { return slices.Clone(r.X[2]), nil },
		Merge: func(file *[]float64, block []float64) { *file = append(*file, block...) }}
	var got []string
	for file, err := range scan.Files(context.Background(), files) {
		testutil.OK(t, err)
		got = append(got, fmt.Sprint(file.File, file.Name, file.Rows, file.Used, file.Sum, file.Gaps))
	}
	want := []string{"0a4 1 [30] [{1 0} {2 1}]", "1b2 1 [50] []"}
	if fmt.Sprint(got) != fmt.Sprint(want) || read != 39 {
		t.Errorf("%q of %d bytes, want %q", got, read, want)
	}
}
