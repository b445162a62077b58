package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// wasClosed reports whether a standard descriptor was closed when the program began. Go
// has then opened /dev/null in its place, for reading and writing. Who redirects opens it
// for writing, or for all three descriptors; only Python's DEVNULL looks the same.
func wasClosed(f *os.File) bool {
	fd := int(f.Fd())
	info, err := f.Stat()
	null, err2 := os.Stat(os.DevNull)
	if err != nil || err2 != nil || !os.SameFile(info, null) {
		return false
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_ACCMODE != unix.O_RDWR {
		return false
	}
	const sameFile = 0 // KCMP_FILE: one opening under two descriptors
	pid := uintptr(os.Getpid())
	for other := range 3 {
		if other != fd {
			order, _, failed := unix.Syscall6(unix.SYS_KCMP, pid, pid, sameFile, uintptr(fd), uintptr(other), 0)
			if failed == 0 && order == 0 {
				return false
			}
		}
	}
	return true
}
