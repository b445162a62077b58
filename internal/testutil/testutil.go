// Package testutil is what the tests of all packages share.
package testutil

import (
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
