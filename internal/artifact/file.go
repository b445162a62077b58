// Package artifact writes files that are whole or absent and reads back only
// what it wrote: every artifact names its format and version and carries a
// SHA-256 of its content.
package artifact

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// File is a file being written. Until Finish and Commit, nothing is
// seen at its path.
type File struct {
	w       io.Writer
	path    string
	pending *renameio.PendingFile
	device  *os.File
	moved   bool
}

// Create begins a file at path, in a temporary file beside it. A path that is
// a device or a pipe is written to directly.
func Create(path string) (*File, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s: is a folder", path)
	} else if err == nil && !info.Mode().IsRegular() {
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &File{w: device, path: path, device: device}, err
	}
	p, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o666))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no folder %s: %w", path, filepath.Dir(path), fs.ErrNotExist)
	}
	if err != nil {
		return nil, naming(path, err)
	}
	return &File{w: p, path: path, pending: p}, nil
}

// Write writes to the file.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.w.Write(b)
	return n, naming(f.path, err)
}

// Finish syncs and closes the file, so that Commit has only to move it.
func (f *File) Finish() error {
	if f.device != nil {
		return naming(f.path, f.device.Close())
	}
	if err := f.pending.Sync(); err != nil {
		return naming(f.path, err)
	}
	return naming(f.path, f.pending.Close())
}

// Commit moves finished files to their paths and syncs the folders.
func Commit(files ...*File) error {
	dirs := map[string]bool{}
	for _, f := range files {
		if f.device != nil {
			continue
		}
		if err := os.Rename(f.pending.Name(), f.path); err != nil {
			return naming(f.path, err)
		}
		f.moved = true
		dirs[filepath.Dir(f.path)] = true
	}
	for dir := range dirs {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = d.Sync()
		d.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// Cleanup removes what was not committed. It may follow Commit.
func (f *File) Cleanup() {
	if f.pending != nil && !f.moved {
		_ = f.pending.Cleanup()
	}
}

// WriteFile writes a whole file.
func WriteFile(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if _, err := f.Write(content); err != nil {
		return err
	}
	if err := f.Finish(); err != nil {
		return err
	}
	return Commit(f)
}

// Lock keeps other processes from publishing in a folder at the same time, so
// that files which belong together come from one of them. It waits its turn.
func Lock(dir string) (unlock func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX); err != nil {
		d.Close()
		return nil, naming(dir, err)
	}
	return func() { d.Close() }, nil
}

// maxSize is the largest artifact that is read into memory.
const maxSize = 256 << 20

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, naming(path, err)
	}
	if len(b) > maxSize {
		return nil, fmt.Errorf("%s: is larger than %d MiB and so not an artifact of this pipeline", path, maxSize>>20)
	}
	return b, nil
}

// naming gives an error the path that the user knows instead of a temporary one.
func naming(path string, err error) error {
	if err == nil {
		return nil
	}
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		err = p.Err
	case errors.As(err, &l):
		err = l.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
