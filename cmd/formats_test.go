package cmd_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"mlpipeline/internal/regression"
	"mlpipeline/internal/testutil"
)

var update = flag.Bool("update", false, "write the artifacts in testdata/formats/3 anew")

// TestFormats reads artifacts that were committed. If this fails after a change
// to what artifacts hold, the format needs the next version: raise it where the
// Kind is defined, and run go test ./cmd -run Formats -update.
func TestFormats(t *testing.T) {
	if *update {
		dir := t.TempDir()
		must(t, dir, "data_creation", "-scenarios", "spikes", "-rows", "40")
		must(t, dir, "model_preprocessing", "-annual", "1", "-features", "humidity,cloud_cover",
			"-category", "cloud_cover", "-max-levels", "3", "-lags", "1")
		must(t, dir, "model_preparation", "-folds", "2")
		must(t, dir, "model_testing", "-report", "")
		testutil.OK(t, os.RemoveAll("testdata/formats/3"))
		testutil.OK(t, os.CopyFS("testdata/formats/3", os.DirFS(dir)))
	}
	dir := t.TempDir()
	testutil.OK(t, os.CopyFS(dir, os.DirFS("testdata/formats/3")))
	for _, command := range []string{
		"model_preprocessing -o s.json", // data/manifest.json
		"model_preprocessing -merge -o s.json models/scaler.json",
		"model_preparation -o m.gob",
		"model_preparation -merge -o m.gob models/model.gob",
		"model_testing -metrics t.json", // model.json too
		"model_testing -merge -metrics t.json models/metrics.gob",
	} {
		args := strings.Fields(command)
		if _, errs, err := program(dir, args[0], args[1:]...); err != nil || strings.Contains(errs, "model.json") {
			t.Errorf("%s: %v\n%s", command, err, errs)
		}
	}

	// gob leaves out what it does not know: nothing may be lost on the way.
	path := "testdata/formats/3/models/model.gob"
	model, _, err := regression.Read(path)
	testutil.OK(t, err)
	want := testutil.Must(os.ReadFile(path))(t)
	if got, _, err := model.Encode(); err != nil || !bytes.Equal(bytes.Join(got, nil), want) {
		t.Errorf("%s is not what it is read as: %v", path, err)
	}
}
