// Package testutil is what the tests of all packages share.
package testutil

import "testing"

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
