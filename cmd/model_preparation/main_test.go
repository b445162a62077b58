package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

const rows = "t,y,x\n2020-01-01,1,2\n2020-01-02,3,3\n2020-01-03,2,5\n2020-01-04,6,7\n2020-01-05,5,8\n2020-01-06,9,9\n"

// fitted is a folder with a dataset a.csv and a scaler of it.
func fitted(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	testutil.OK(t, os.WriteFile(filepath.Join(dir, "a.csv"), []byte(rows), 0o666))
	d := design.Design{Target: "y", Time: "t", Features: []string{"x"}, Lags: []int{}, Missing: design.Drop}
	var c scaler.Sums
	c.Add(&design.Rows{X: [][]float64{{2, 3, 5, 7, 8, 9}}, Y: []float64{1, 3, 2, 6, 5, 9}})
	first, _ := dataset.ParseTime("2020-01-01")
	s, err := scaler.New(d, []scaler.Dataset{{ID: dataset.ID{Name: "a", Rows: 6, First: first, Last: first, XXH64: "0"}, Used: 6,
		Sums: c}}, nil)
	testutil.OK(t, err)
	testutil.OK(t, scaler.Kind.WriteJSON(filepath.Join(dir, "s.json"), s))
	return dir
}

// A new file is read twice, first to count its rows: one that grows in between
// is refused.
func TestChangedBetweenPasses(t *testing.T) {
	dir := fitted(t)
	path := filepath.Join(dir, "b.csv")
	testutil.OK(t, os.WriteFile(path, []byte(rows), 0o666))
	s := testutil.Must(scaler.Read(filepath.Join(dir, "s.json")))(t)
	var out bytes.Buffer
	o := &options{Program: cli.New("model_preparation", source, &out, &out), out: filepath.Join(dir, "m.gob"),
		append: true, folds: 2}
	testutil.OK(t, o.Parse([]string{path}))
	for _, change := range []struct {
		content string
		changed bool
	}{{rows, false}, {rows + "2020-01-07,4,4\n", true}, {strings.TrimSuffix(rows, "2020-01-06,9,9\n"), true}} {
		testutil.OK(t, os.WriteFile(path, []byte(rows), 0o666))
		in := testutil.Must(open(context.Background(), o, s, nil))(t)
		testutil.OK(t, os.WriteFile(path, []byte(change.content), 0o666))
		_, err := in.readFiles(context.Background(), o, s, o.Progress(-1, cli.Bytes, ""))
		if changed := err != nil && strings.Contains(err.Error(), "b.csv: changed since"); changed != change.changed ||
			!changed && err != nil {
			t.Errorf("%q: %v", change.content, err)
		}
	}
}
