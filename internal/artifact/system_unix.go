//go:build unix

package artifact

import (
	"os"
	"syscall"
)

// errLocked says that another process has the lock.
var errLocked error = syscall.EWOULDBLOCK

// openLock opens what a folder is locked by: itself.
func openLock(dir string) (*os.File, error) { return os.Open(dir) }

// tryLock locks a file until it is closed.
func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
