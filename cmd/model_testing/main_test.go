package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/metrics"
)

// The program in this process, on committed artifacts: one line on standard output,
// the figures in a file, a gate after them.
func TestRun(t *testing.T) {
	const dir = "../testdata/formats/3/"
	out := filepath.Join(t.TempDir(), "t.json")
	args := []string{"-scaler", dir + "models/scaler.json", "-model", dir + "models/model.gob", "-metrics", out,
		"-report", ""}
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), append(args, dir+"data/test"), nil, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	var report metrics.Summary
	if err := metrics.SummaryKind.ReadJSON(out, &report); err != nil {
		t.Fatal(err)
	}
	if line := stdout.String(); !strings.HasPrefix(line, "Model test MSE: ") || strings.Count(line, "\n") != 1 {
		t.Errorf("printed %q", line)
	}
	if report.Rows != 7 || report.Unscored.MissingLag != 1 || report.MSE == nil {
		t.Errorf("%d rows scored, %+v left out", report.Rows, report.Unscored)
	}
	stdout.Reset()
	err := run(context.Background(), append(args, "-max-mse", "0", dir+"data/test"), nil, &stdout, &stderr)
	if err == nil || !strings.HasPrefix(err.Error(), "quality gate: MSE") || stdout.Len() == 0 {
		t.Errorf("a gate: %v, printed %q", err, &stdout)
	}
}

// idOf is a dataset like no other.
func idOf(name string, first, last dataset.Time) dataset.ID {
	unlike++
	return dataset.ID{Name: name, First: first, Last: last, XXH64: fmt.Sprint(unlike), Sketch: dataset.Sketch{Sum: uint64(unlike)}}
}

var unlike int

// Rows that are known are a leak, and so is a time that training has seen.
func TestLeak(t *testing.T) {
	known := newTrained(nil)
	if err := known.leak("a.csv", idOf("a", 5, 9)); err != nil {
		t.Error(err)
	}
	known = newTrained([]dataset.ID{idOf("a", 0, 4), idOf("a", 10, 14), idOf("b", dataset.NoTime, dataset.NoTime)})
	for _, c := range []struct {
		id   dataset.ID
		want string
	}{
		{idOf("a", 15, 20), ""},
		{idOf("a", 14, 20), "does not begin after the training data of the same name ends"},
		{idOf("a", 5, 9), "does not begin after"},
		{idOf("c", 0, 4), ""},
		{idOf("b", dataset.NoTime, dataset.NoTime), ""}, // its rows are others
	} {
		err := known.leak("x.csv", c.id)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.id, err, c.want)
		}
	}
}
