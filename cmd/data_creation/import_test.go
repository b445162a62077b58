package main

import (
	"context"
	"io"
	"os"
	"testing"

	"mlpipeline/internal/testutil"
)

func BenchmarkImport(b *testing.B) {
	src := os.Getenv("IMPORT")
	out := b.TempDir()
	for b.Loop() {
		testutil.OK(b, run(context.Background(), []string{"-quiet", "-import", src, "-out", out}, nil, io.Discard, os.Stderr))
	}
}
