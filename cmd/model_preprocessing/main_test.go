package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/scaler"
)

// The program in this process: standard input, flags, the artifact.
func TestRun(t *testing.T) {
	out := filepath.Join(t.TempDir(), "s.json")
	in := "day,load,wind,note,sky\n2020-01-01,1,2,a,blue\n2020-01-02,3,4,b,grey\n2020-01-03,,9,c,red\n"
	var stdout, stderr bytes.Buffer
	args := []string{"-o", out, "-target", "load", "-time", "day", "-annual", "1", "-category", "sky", "-"}
	if err := run(context.Background(), args, strings.NewReader(in), &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	said := stderr.String()
	for _, want := range []string{"left out, not numeric in -: note", "categories: sky (2 levels)",
		"1 file, 3 rows, 2 used (1 without a target); 3 columns, 2 harmonics"} {
		if !strings.Contains(said, want) || stdout.Len() > 0 {
			t.Errorf("said %s%s, not %s", said, &stdout, want)
		}
	}
	s, err := scaler.Read(out)
	if err != nil || s.Mean[0] != 3 || s.Scale[0] != 1 || s.Constant(0) || s.Used() != 2 {
		t.Errorf("%v: %+v", err, s)
	}
	if err := run(context.Background(), []string{"-missing", "never"}, nil, &stdout, &stderr); err == nil {
		t.Error("a policy that is none passes")
	}
}
