package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
)

// The program in this process: files, manifest, what is wrong.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	var stdout, stderr bytes.Buffer
	args := []string{"-out", dir, "-scenarios", "stuck,gaps", "-rows", "100", "-test", "0.25"}
	if err := run(context.Background(), args, nil, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if want := "2 datasets of 100 rows each, 75 to train and 25 to test"; !strings.Contains(stderr.String(), want) || stdout.Len() > 0 {
		t.Errorf("said %s%s", &stderr, &stdout)
	}
	var m dataset.Manifest
	if err := dataset.ManifestKind.ReadJSON(filepath.Join(dir, "manifest.json"), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Datasets) != 4 || m.Datasets[0].Rows != 75 || m.Datasets[1].Part != "test" || m.Datasets[0].Truth.AnomalousRows == 0 {
		t.Errorf("%+v", m.Datasets)
	}
	for _, e := range m.Datasets {
		if b, err := os.ReadFile(filepath.Join(dir, e.Path)); err != nil || int64(bytes.Count(b, []byte("\n"))) != e.Rows+1 {
			t.Errorf("%s: %v", e.Path, err)
		}
	}
	for _, wrong := range []string{"-rows 1", "-test 1", "-scenarios rain", "-step 1s", "-target x", "-stations 0", "more"} {
		if err := run(context.Background(), strings.Fields("-out "+dir+" "+wrong), nil, &stdout, &stderr); err == nil {
			t.Errorf("%s passes", wrong)
		}
	}
}
