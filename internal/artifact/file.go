// Package artifact writes files that are whole or absent, together with those they
// belong to, and reads back only what it wrote: every artifact names its format and
// version and carries a SHA-256 of its content.
package artifact

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// File is a file being written. Until it is committed with its Set, nothing is seen at
// its path.
type File struct {
	path      string   // as the user named it
	target    string   // where its symbolic links lead
	temporary string   // beside target; "" for what is written to directly
	file      *os.File // nil when it is finished
}

// Create begins a file at path, in a temporary file beside it. A path that is
// a symbolic link is written through, a file that is replaced keeps its
// permissions; a device, a pipe and an open descriptor (/dev/stdout) are written to
// directly. The folder models is made where it is missing.
func Create(path string) (*File, error) {
	if open := descriptor(path); open != nil {
		return &File{path: path, file: open}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s: is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &File{path: path, file: device}, err
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	makeUsual(filepath.Dir(path))
	target := Resolve(path)
	file, err := createTemporary(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no folder %s; make it first", path, filepath.Dir(path))
	}
	if err != nil {
		return nil, naming(path, err)
	}
	f := &File{path: path, target: target, temporary: file.Name(), file: file}
	if info != nil {
		if err := file.Chmod(info.Mode().Perm()); err != nil {
			f.Cleanup()
			return nil, naming(path, err)
		}
	}
	return f, nil
}

// makeUsual makes the folder that is the programs' own. What is wrong with it will be
// said of the file.
func makeUsual(dir string) {
	if filepath.Clean(dir) == "models" {
		_ = os.Mkdir(dir, 0o777)
	}
}

// Write writes to the file.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	return n, naming(f.path, err)
}

// Finish syncs and closes the file, so that it has only to be moved. It may be called
// again.
func (f *File) Finish() error {
	file := f.file
	if f.file = nil; file == nil || f.temporary == "" && descriptor(f.path) != nil {
		return nil
	}
	var err error
	if f.temporary != "" {
		err = file.Sync()
	}
	return naming(f.path, errors.Join(err, file.Close()))
}

// Cleanup removes what was not committed. It may follow a commit.
func (f *File) Cleanup() {
	if f.temporary == "" {
		return
	}
	if f.file != nil {
		f.file.Close()
	}
	temporaries.Delete(f.temporary)
	os.Remove(f.temporary)
}

// Set is files that belong together: all are written before the first is seen.
type Set struct{ files []*File }

// Add includes files that may still be written to.
func (s *Set) Add(files ...*File) { s.files = append(s.files, files...) }

// Join includes the files of another set, after its own.
func (s *Set) Join(o *Set) { s.Add(o.files...) }

// Create includes a file that is to be written.
func (s *Set) Create(path string) (*File, error) {
	f, err := Create(path)
	if err == nil {
		s.Add(f)
	}
	return f, err
}

// Write includes a whole file.
func (s *Set) Write(path string, content ...[]byte) error {
	f, err := s.Create(path)
	for i := 0; err == nil && i < len(content); i++ {
		_, err = f.Write(content[i])
	}
	if err == nil {
		err = f.Finish()
	}
	return err
}

// WriteJSON seals v and includes it.
func (s *Set) WriteJSON(k Kind, path string, v Document) error {
	b, err := k.EncodeJSON(v)
	if err != nil {
		return naming(path, err)
	}
	return s.Write(path, b)
}

// Finish finishes all files.
func (s *Set) Finish() error {
	for _, f := range s.files {
		if err := f.Finish(); err != nil {
			return err
		}
	}
	return nil
}

// Commit finishes all files, moves them to their paths, in order, and syncs the
// folders. What killed programs have left there long ago it removes.
func (s *Set) Commit() error {
	if err := s.Finish(); err != nil {
		return err
	}
	publishing.RLock()
	defer publishing.RUnlock()
	var dirs []string
	for _, f := range s.files {
		if f.temporary == "" {
			continue
		}
		if err := move(f.temporary, f.target); err != nil {
			return naming(f.path, err)
		}
		f.temporary = ""
		if dir := filepath.Dir(f.target); !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range dirs {
		if err := syncFolder(dir); err != nil {
			return err
		}
		removeLeftovers(dir)
	}
	return nil
}

// Cleanup removes what was not committed. It may follow Commit.
func (s *Set) Cleanup() {
	for _, f := range s.files {
		f.Cleanup()
	}
}

func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // which knows no such thing
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// WriteFile writes a whole file.
func WriteFile(path string, content ...[]byte) error {
	var s Set
	defer s.Cleanup()
	if err := s.Write(path, content...); err != nil {
		return err
	}
	return s.Commit()
}

// Lock keeps other processes from publishing in a folder at the same time, so
// that files which belong together come from one of them. It waits its turn as
// long as ctx lives. Until it is unlocked, Abort waits.
func Lock(ctx context.Context, dir string) (unlock func(), err error) {
	makeUsual(dir)
	lock, err := openLock(dir)
	if err != nil {
		return nil, err
	}
	for {
		err := tryLock(lock)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err == nil {
			publishing.RLock()
			return func() { publishing.RUnlock(); lock.Close() }, nil
		}
		if !errors.Is(err, errLocked) {
			lock.Close()
			return nil, naming(dir, err)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// naming gives an error the path that the user knows instead of a temporary one.
func naming(path string, err error) error {
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	} else if l, ok := errors.AsType[*os.LinkError](err); ok {
		err = l.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
