// Package testutil is what the tests of all packages share.
package testutil

import (
	"os"
	"strings"
	"testing"
)

// Must returns a value that comes without an error, and ends a test where it comes with one:
// Must(os.ReadFile(path))(t).
func Must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		OK(t, err)
		return value
	}
}

// OK ends a test with an error that is not nil.
func OK(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Refused wants an error in the place of a value, and what it says:
// Refused(New(nothing))(t, "there is no row").
func Refused[T any](_ T, err error) func(t testing.TB, says string) {
	return func(t testing.TB, says string) {
		t.Helper()
		Fails(t, err, says)
	}
}

// Fails wants an error that says something.
func Fails(t testing.TB, err error, says string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want an error that says %q", err, says)
	}
}

// WriteFile makes a file, anew where there is one: some systems bring a file that is cut to
// nothing and written again to the disk at once, for which thousands of forged files would wait.
func WriteFile[T string | []byte](t testing.TB, path string, content T) {
	t.Helper()
	_ = os.Remove(path)
	OK(t, os.WriteFile(path, []byte(content), 0o666))
}
