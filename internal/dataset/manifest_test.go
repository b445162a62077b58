package dataset

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"mlpipeline/internal/artifact/artifacttest"
	"mlpipeline/internal/testutil"
)

// A manifest that no run can have written is refused by name, though its checksum is
// right; what is read of it is possible.
func TestForgedManifest(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "manifest.json"), filepath.Join(dir, "train", "a.csv")
	for _, part := range []string{"train", "test"} {
		testutil.OK(t, os.Mkdir(filepath.Join(dir, part), 0o777))
		testutil.OK(t, os.WriteFile(filepath.Join(dir, part, "a.csv"), []byte("t,y\n2020-01-01,1\n"), 0o666))
	}
	seed := uint64(1)
	truth := func(rows int64) *Truth {
		return &Truth{Coefficients: map[string]float64{"x": 2}, NoiseStd: 1, IrreducibleVariance: 2, Features: []string{"x"},
			AnomalousRows: rows / 2, Log: Log{Scenario: "clean", Station: 1, Step: "24h0m0s", Train: 40, Test: 10}}
	}
	columns := Columns{Time: "t", Target: "y", Categories: []string{"c"}}
	entries := func(truth func(int64) *Truth) []Entry {
		return []Entry{{Name: "a", Part: "train", Path: "train/a.csv", Rows: 40, First: 0, Last: 40, XXH64: "0123456789abcdef", Truth: truth(40)},
			{Name: "a", Part: "test", Path: "test/a.csv", Rows: 10, First: 41, Last: 50, XXH64: "0123456789abcdee", Truth: truth(10)}}
	}
	for _, m := range []*Manifest{
		{Seed: &seed, Columns: columns, Datasets: entries(truth)},
		{Columns: columns, Import: &Import{Command: "x", Sources: []Source{{Name: "s", Rows: 50, Columns: []SourceColumn{{Name: "y", Kind: "number", Missing: 3}}}}},
			Split: &Split{Seed: 1, Test: 0.2}, Datasets: entries(func(int64) *Truth { return nil })},
	} {
		refused, read := 0, 0
		look := func(what string) {
			b, err := ManifestKind.EncodeJSON(m)
			if err != nil {
				return // JSON has no NaN
			}
			testutil.WriteFile(t, path, b)
			start := time.Now()
			ms, err := Beside([]string{file}, []string{filepath.Dir(file)})
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s takes %v", what, took)
			}
			if err != nil {
				refused++
				return
			}
			read++
			e, m := ms.Entry(file)
			if e == nil {
				return // it lists another file, which is said where it is missed
			}
			sound := e.Rows > 0 && e.Rows <= 1<<48 && e.inside() && len(e.XXH64) == 16 && m.path == path
			if e.Truth != nil {
				l := e.Truth.Log
				sound = sound && l.Train >= 0 && l.Test >= 0 && int64(l.Train) == e.Rows && l.Station > 0 &&
					e.Truth.IrreducibleVariance >= 0 && !math.IsInf(e.Truth.IrreducibleVariance, 0)
			}
			if !sound {
				t.Errorf("%s is read as %+v with %+v", what, e, e.Truth)
			}
		}
		if look("the whole"); read != 1 {
			t.Fatal("the whole is refused")
		}
		artifacttest.Forge(m, look)
		if refused < 90 || read < 10 {
			t.Errorf("%d refused, %d read", refused, read)
		}
	}
}
