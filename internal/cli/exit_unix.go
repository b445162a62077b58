//go:build unix

package cli

import (
	"os/signal"
	"syscall"
)

// ignoreSignals makes of a reader that has gone away and of a limit on the size of
// files errors like any other.
func ignoreSignals() { signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ) }
