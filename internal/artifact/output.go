package artifact

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Output is a file that a program is about to write, and what it writes there: it
// replaces nothing else.
type Output struct {
	Path string                      // "" for none
	What string                      // is written there; "" for files of which a manifest of the program's own says more
	own  func(beginning []byte) bool // whether a file that begins so is what is written there
}

// At is an output of this kind.
func (k Kind) At(path string) Output {
	return Output{path, k.Format, func(b []byte) bool {
		line, _, _ := bytes.Cut(b, []byte("\n"))
		format, _, _ := parseGobHeader(line)
		if _, rest, found := bytes.Cut(b, []byte("{\n  \"format\": \"")); found && format == "" {
			name, _, _ := bytes.Cut(rest, []byte("\""))
			format = string(name)
		}
		return format == k.Format || format == "" && !k.foreign(b)
	}}
}

// Text is an output that begins with some text.
func Text(path, what, begin string) Output {
	return Output{path, what, func(b []byte) bool { return bytes.HasPrefix(b, []byte(begin)) }}
}

// Listed is an output that a manifest of the program's own lists.
func Listed(path string) Output {
	return Output{Path: path}
}

// CheckOutputs refuses outputs that would overwrite an input, each other, or a file of
// another kind than is written there. Files are told apart by what they are, not by
// their names: "-" as an input is what standard input is open on, and standard output
// and standard error are outputs too.
func CheckOutputs(outputs []Output, inputs []string) error {
	ins := make([]place, len(inputs)) // each is looked at once: there may be thousands
	for i, in := range inputs {
		ins[i] = newInput(in)
	}
	outs, listed := standard(), []place(nil) // those that are listed are compared by path: there may be many
	paths := map[string]bool{}
	for _, out := range outputs {
		if out.Path == "" || descriptor(out.Path) != nil {
			continue
		}
		o := place{path: out.Path}
		var err error
		if o.info, err = os.Stat(out.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && !o.info.Mode().IsRegular() {
			continue
		}
		others := outs
		if out.What != "" {
			others = slices.Concat(outs, listed)
		}
		for _, other := range others {
			if o.same(other) {
				return fmt.Errorf("%s and %s are the same file, to be written twice", other.path, out.Path)
			}
		}
		clean := filepath.Clean(out.Path)
		if paths[clean] {
			return fmt.Errorf("%s is to be written twice", out.Path)
		}
		paths[clean] = true
		for _, in := range ins {
			if o.same(in) {
				return fmt.Errorf("%s would be overwritten, and is read; name another output", in.path)
			}
		}
		if err := out.replaces(); err != nil {
			return err
		}
		if out.What == "" {
			listed = append(listed, o)
		} else {
			outs = append(outs, o)
		}
	}
	return nil
}

// replaces reports a file that is no such output.
func (out *Output) replaces() error {
	if out.What == "" {
		return nil
	}
	f, err := os.Open(out.Path)
	if err != nil {
		return nil // there is none, or what is wrong will be said when it is written
	}
	defer f.Close()
	if b, err := readBeginning(f); err != nil || len(b) == 0 || out.own(b) {
		return err
	}
	return fmt.Errorf("%s: is there already and is no %s, and would be overwritten; move it away or name another file",
		out.Path, out.What)
}

// place is a path and what lies there.
type place struct {
	path string
	info fs.FileInfo // nil for nothing
}

// newInput is that of a file that is read, which may lie in an archive: FILE.zip/NAME.
func newInput(path string) place {
	if path == "-" {
		info, _ := os.Stdin.Stat()
		return place{path, info}
	}
	for at := path; ; at = filepath.Dir(at) {
		if info, err := os.Stat(at); err == nil && (at == path || info.Mode().IsRegular()) {
			return place{path, info}
		}
		if at == filepath.Dir(at) {
			return place{path, nil}
		}
	}
}

// standard are standard output and standard error, where these are files.
func standard() (outs []place) {
	for name, f := range map[string]*os.File{"standard output": os.Stdout, "standard error": os.Stderr} {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			outs = append(outs, place{name, info})
		}
	}
	return outs
}

// same reports whether two paths lead to one file, which need not exist.
func (p place) same(o place) bool {
	switch {
	case p.info != nil && o.info != nil:
		return os.SameFile(p.info, o.info)
	case p.info != nil || o.info != nil:
		return false
	}
	return Resolve(p.path) == Resolve(o.path)
}

// mostLinks are as many as Linux follows.
const mostLinks = 40

// follow returns what a symbolic link leads to.
func follow(link string) (target string, err error) {
	target, err = os.Readlink(link)
	if err == nil && !filepath.IsAbs(target) {
		target = filepath.Join(realFolder(link), target) // ".." is meant from where the link lies
	}
	return target, err
}

// Resolve follows the symbolic links in a path to a file that need not exist.
func Resolve(path string) string {
	for range mostLinks {
		target, err := follow(path)
		if err != nil {
			break
		}
		path = target
	}
	return filepath.Join(realFolder(path), filepath.Base(path))
}

// realFolder returns the folder of a path without symbolic links, as far as it is
// there.
func realFolder(path string) string {
	dir := filepath.Dir(path)
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
}

// Direct reports whether a path is written to as it is, a device, a pipe or an open
// descriptor, beside which no other file lies.
func Direct(path string) bool {
	info, err := os.Stat(path)
	return descriptor(path) != nil || err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// opened are the files of descriptors that were named, kept, as one that is forgotten is
// closed.
var opened = struct {
	sync.Mutex
	files map[int]*os.File
}{files: map[int]*os.File{1: os.Stdout, 2: os.Stderr}}

// descriptor returns the open file that a path such as /dev/stdout or /dev/fd/3 stands
// for, or leads to by symbolic links; nil if it stands for none. To open it anew would
// be to overwrite what was written to it before.
func descriptor(path string) *os.File {
	for range mostLinks {
		path = filepath.Clean(path)
		number := map[string]string{"/dev/stdout": "1", "/dev/stderr": "2"}[path]
		for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
			if n, found := strings.CutPrefix(path, dir); found {
				number = n
			}
		}
		if n, err := strconv.Atoi(number); err == nil {
			opened.Lock()
			defer opened.Unlock()
			if opened.files[n] == nil {
				opened.files[n] = os.NewFile(uintptr(n), path)
			}
			return opened.files[n]
		}
		target, err := follow(path)
		if err != nil {
			return nil
		}
		path = target
	}
	return nil
}
