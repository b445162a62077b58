package main

import (
	"context"
	"io"
	"os"
	"testing"
)

func BenchmarkImport(b *testing.B) {
	src := os.Getenv("IMPORT")
	out := b.TempDir()
	for b.Loop() {
		if err := run(context.Background(), []string{"-quiet", "-import", src, "-out", out}, nil, io.Discard, os.Stderr); err != nil {
			b.Fatal(err)
		}
	}
}
