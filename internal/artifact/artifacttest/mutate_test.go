package artifacttest

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"mlpipeline/internal/artifact"
	"mlpipeline/internal/testutil"
)

type thing struct {
	artifact.Header
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
	Deep   struct {
		N int `json:"n"`
	} `json:"deep"`
}

// Every mutation of an artifact has a valid checksum and its header, is another document
// than the first, and no two are the same.
func TestMutate(t *testing.T) {
	kind := artifact.Kind{Format: "thing", Version: 2, Program: "make_thing"}
	document := testutil.Must(kind.EncodeJSON(&thing{Name: "x", Values: []float64{1, 2, 3, 4, 5, 6}}))(t)
	seen := map[string][]byte{}
	Mutate(t, document, func(path string, mutated []byte) {
		if seen[path] != nil {
			t.Errorf("%s comes twice", path)
		}
		seen[path] = mutated
		if path[0] == ' ' && !json.Valid(mutated) {
			t.Errorf("%s: %s", path, mutated)
		}
		var v struct {
			artifact.Header
			Rest map[string]any `json:"-"`
		}
		if path[0] == '.' && (json.Unmarshal(mutated, &v) != nil || v.Format != "thing" || v.Version != 2 || len(v.Checksum) != 64) {
			t.Errorf("%s: %s", path, mutated)
		}
	})
	for _, path := range []string{".name dropped", `.name = "NaN"`, ".values = null", ".values without its last",
		".values[5] = -1", ".deep.n = 9223372036854775807", ".deep = {}", " = null", " with an unknown field"} {
		if seen[path] == nil {
			t.Errorf("there is no mutation %q", path)
		}
	}
	if seen[".values[3] = -1"] != nil || seen[".checksum dropped"] != nil {
		t.Error("what is to be left alone is mutated")
	}
	if n := len(slices.Collect(maps.Keys(seen))); n < 100 {
		t.Errorf("only %d mutations", n)
	}
}
