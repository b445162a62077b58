package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
)

// A gzip bomb ends at the cap.
func TestCap(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, 100<<20)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	r, err := gzip.NewReader(&packed)
	if err != nil {
		t.Fatal(err)
	}
	_, err = readAll(r, 3<<20, func(int) {})
	if err == nil || !strings.HasPrefix(err.Error(), "has more than 3 MiB") {
		t.Errorf("got %v", err)
	}
	if left, _ := io.Copy(io.Discard, r); left < 90<<20 {
		t.Errorf("all but %d bytes were unpacked", left)
	}
	if b, err := readAll(strings.NewReader("abc"), 3, func(int) {}); err != nil || string(b) != "abc" {
		t.Errorf("at the cap: %q, %v", b, err)
	}
}

// No source can name a dataset into another folder, or out of sight.
func TestSafeName(t *testing.T) {
	for src, want := range map[string]string{
		"a/b/load.csv":                        "load",
		"-":                                   "stdin",
		"load.csv.gz":                         "load",
		"load.tsv":                            "load",
		"http://x/y/%2e%2e%2fetc%2fpasswd":    "passwd",
		"http://x/..":                         "import",
		"https://x/":                          "_",
		"https://x":                           "import",
		"<script>.csv":                        "_script_",
		".hidden.csv":                         "hidden",
		"http://x/a.csv?station=1&y=../../..": "a",
		"Zürich Flughafen.csv":                "Zürich Flughafen",
	} {
		if got := safeName(src); got != want {
			t.Errorf("safeName(%q) = %q, want %q", src, got, want)
		}
	}
}
