package main

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/design"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/table"
	"mlpipeline/internal/testutil"
)

// A new file is read twice, first to count its rows: one that grows in between
// is refused, and one that shrinks.
func TestChangedBetweenPasses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.csv")
	testutil.WriteFile(t, path, "y,x\n1,2\n3,3\n2,5\n6,7\n5,8\n9,9\n")
	s := &scaler.Scaler{Design: design.Design{Target: "y", Features: []string{"x"}, Missing: design.Drop}, Mean: []float64{5}, Scale: []float64{2}}
	o := &options{Program: cli.New("model_preparation", source, io.Discard, io.Discard)}
	for used, changed := range map[int64]bool{6: false, 5: true, 7: true} {
		in := &inputs{files: testutil.Must(table.Open([]string{path}, nil, ""))(t), used: []int64{used}, known: []*scaler.Dataset{nil},
			old: new(regression.Model), settings: regression.Settings{Folds: 2}}
		_, err := in.readFiles(context.Background(), o, s, o.Progress(-1, cli.Bytes, ""))
		if (err != nil) != changed || changed && !strings.Contains(err.Error(), "b.csv: changed since") {
			t.Errorf("%d rows counted: %v", used, err)
		}
	}
}
