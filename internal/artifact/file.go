// Package artifact writes files that are whole or absent and reads back only
// what it wrote: every artifact names its format and version and carries a
// SHA-256 of its content.
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

// File is a file being written. Until Finish and Commit, nothing is
// seen at its path.
type File struct {
	path      string   // as the user named it
	target    string   // where its symbolic links lead
	temporary string   // beside target; "" for a device, which is written directly
	file      *os.File // open until Finish
}

// Create begins a file at path, in a temporary file beside it. A path that is
// a symbolic link is written through, a file that is replaced keeps its
// permissions, and a device or a pipe is written to directly.
func Create(path string) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s: is a folder", path)
	case err == nil && !info.Mode().IsRegular():
		device, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &File{path: path, file: device}, err
	}
	target := resolve(path)
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

// Write writes to the file.
func (f *File) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	return n, naming(f.path, err)
}

// Finish syncs and closes the file, so that Commit has only to move it.
func (f *File) Finish() error {
	if f.temporary != "" {
		if err := f.file.Sync(); err != nil {
			return naming(f.path, err)
		}
	}
	return naming(f.path, f.file.Close())
}

// Commit moves finished files to their paths, in order, and syncs the folders.
// What killed programs have left in these folders it removes.
func Commit(files ...*File) error {
	defer enter()()
	var dirs []string
	for _, f := range files {
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

// Cleanup removes what was not committed. It may follow Commit.
func (f *File) Cleanup() {
	if f.temporary != "" {
		f.file.Close()
		forget(f.temporary)
		os.Remove(f.temporary)
	}
}

// CreateFile writes a whole file, for Commit.
func CreateFile(path string, content []byte) (*File, error) {
	f, err := Create(path)
	if err != nil {
		return nil, err
	}
	if _, err = f.Write(content); err == nil {
		err = f.Finish()
	}
	if err != nil {
		f.Cleanup()
		return nil, err
	}
	return f, nil
}

// WriteFile writes a whole file.
func WriteFile(path string, content []byte) error {
	f, err := CreateFile(path, content)
	if err != nil {
		return err
	}
	defer f.Cleanup()
	return Commit(f)
}

// Lock keeps other processes from publishing in a folder at the same time, so
// that files which belong together come from one of them. It waits its turn as
// long as ctx lives. Until it is unlocked, Abort waits.
func Lock(ctx context.Context, dir string) (unlock func(), err error) {
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
			leave := enter()
			return func() { leave(); lock.Close() }, nil
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

// CheckOutputs refuses outputs that would overwrite an input or each other. ""
// stands for no output.
func CheckOutputs(outputs, inputs []string) error {
	ins := make([]place, len(inputs)) // each is looked at once: there may be thousands
	for i, in := range inputs {
		ins[i] = newPlace(in)
	}
	var outs []place
	for _, out := range outputs {
		o := newPlace(out)
		if out == "" || o.info != nil && !o.info.Mode().IsRegular() {
			continue
		}
		for _, other := range outs {
			if o.same(other) {
				return fmt.Errorf("%s and %s are the same file, to be written twice", other.path, out)
			}
		}
		for _, in := range ins {
			if o.same(in) {
				return fmt.Errorf("%s would be overwritten, and is read", in.path)
			}
		}
		outs = append(outs, o)
	}
	return nil
}

// place is a path and what lies there.
type place struct {
	path string
	info fs.FileInfo // nil for nothing
}

func newPlace(path string) place {
	info, _ := os.Stat(path)
	return place{path, info}
}

// same reports whether two paths lead to one file, which need not exist.
func (p place) same(o place) bool {
	switch {
	case p.info != nil && o.info != nil:
		return os.SameFile(p.info, o.info)
	case p.info != nil || o.info != nil:
		return false
	}
	return p.path != "" && o.path != "" && resolve(p.path) == resolve(o.path)
}

// resolve follows the symbolic links in a path to a file that need not exist.
func resolve(path string) string {
	for range 40 { // as many links as Linux follows
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(realFolder(path), target) // ".." is meant from where the link lies
		}
		path = target
	}
	dir := realFolder(path)
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return filepath.Join(dir, filepath.Base(path))
}

// realFolder returns the folder of a path without symbolic links, as far as it is
// there.
func realFolder(path string) string {
	dir := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
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
