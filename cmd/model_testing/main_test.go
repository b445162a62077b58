package main

import (
	"fmt"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
)

// idOf is a dataset like no other.
func idOf(name string, first, last dataset.Time) dataset.ID {
	unlike++
	return dataset.ID{Name: name, First: first, Last: last, XXH64: fmt.Sprint(unlike), Sketch: dataset.Sketch{Sum: uint64(unlike)}}
}

var unlike int

// Rows that are known are a leak, and so is a time that training has seen.
func TestLeak(t *testing.T) {
	known := newTrained("")
	if err := known.leak("a.csv", idOf("a", 5, 9)); err != nil {
		t.Error(err)
	}
	known = newTrained(" of b.gob", []dataset.ID{idOf("a", 0, 4), idOf("a", 10, 14), idOf("b", dataset.NoTime, dataset.NoTime)})
	for _, c := range []struct {
		id   dataset.ID
		want string
	}{
		{idOf("a", 15, 20), ""},
		{idOf("a", 14, 20), "does not begin after the training data of b.gob of the same name ends"},
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
